import Quill from 'quill/core.js'
import { AlignClass } from 'quill/formats/align.js'
import { BackgroundStyle } from 'quill/formats/background.js'
import Blockquote from 'quill/formats/blockquote.js'
import Bold from 'quill/formats/bold.js'
import CodeBlock, { Code } from 'quill/formats/code.js'
import { ColorStyle } from 'quill/formats/color.js'
import { DirectionClass } from 'quill/formats/direction.js'
import Header from 'quill/formats/header.js'
import Image from 'quill/formats/image.js'
import Indent from 'quill/formats/indent.js'
import Italic from 'quill/formats/italic.js'
import Link from 'quill/formats/link.js'
import List from 'quill/formats/list.js'
import Script from 'quill/formats/script.js'
import { SizeClass } from 'quill/formats/size.js'
import Strike from 'quill/formats/strike.js'
import Underline from 'quill/formats/underline.js'
import { FORMAT_NAMES, parseImage } from '../../ot/formats.ts'
import { LetterClipboard } from './letter-clipboard.ts'

/**
 * Teaches Quill the formats of a letter: all of them, and no others, so that what it shows is what the document
 * says. A format that Quill does not know it drops when it renders, and the next change is then computed against a
 * letter that nobody else has.
 */
export const QUILL_FORMATS = [...FORMAT_NAMES, 'image']

const { ClassAttributor, Scope } = Quill.import('parchment')

/** Quill's own knows two names; letters may carry others, from an import for instance, and must keep them. */
const AnyFont = new ClassAttributor('font', 'ql-font', { scope: Scope.INLINE })

class LetterLink extends Link {
  static override PROTOCOL_WHITELIST = ['http', 'https', 'mailto']
}

/**
 * An image at an https address. Letters say nothing of an image but its address, so the alternative text is
 * made of that, and is not reported as a format.
 */
class LetterImage extends Image {
  static override create(value: string): Element {
    // biome-ignore lint/complexity/noThisInStatic: it calls `sanitize` of whichever class `this` is
    const node = super.create(value)
    node.setAttribute('alt', `Image ${fileName(value)}`)
    return node
  }

  static override formats(): Record<string, string | null> {
    return {}
  }

  static override sanitize(url: string): string {
    try {
      return parseImage(url)
    } catch {
      return 'about:blank' // not an address a letter can hold
    }
  }
}

function fileName(url: string): string {
  return decodeURIComponent(/([^/?#]*)(?:[?#].*)?$/.exec(url)?.[1] ?? '').slice(0, 80)
}

Quill.register(
  {
    'formats/align': AlignClass,
    'formats/background': BackgroundStyle,
    'formats/blockquote': Blockquote,
    'formats/bold': Bold,
    'formats/code': Code,
    'formats/code-block': CodeBlock,
    'formats/color': ColorStyle,
    'formats/direction': DirectionClass,
    'formats/font': AnyFont,
    'formats/header': Header,
    'formats/image': LetterImage,
    'formats/indent': Indent,
    'formats/italic': Italic,
    'formats/link': LetterLink,
    'formats/list': List,
    'formats/script': Script,
    'formats/size': SizeClass,
    'formats/strike': Strike,
    'formats/underline': Underline,
    'modules/clipboard': LetterClipboard,
  },
  true,
)
