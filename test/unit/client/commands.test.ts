import { expect } from 'chai'
import {
  COMMANDS,
  type CommandId,
  commandFor,
  type KeyPress,
  keysShown,
} from '../../../client/editor/commands.ts'

function press(key: string, code: string, held = ''): KeyPress {
  return {
    key,
    code,
    ctrlKey: held.includes('ctrl'),
    metaKey: held.includes('meta'),
    shiftKey: held.includes('shift'),
    altKey: held.includes('alt'),
  }
}

describe('the keys of the editor', () => {
  const found: [string, KeyPress, CommandId | null][] = [
    ['Ctrl+B', press('b', 'KeyB', 'ctrl'), 'bold'],
    ['Ctrl+Shift+7', press('&', 'Digit7', 'ctrl shift'), 'ordered'],
    ['Ctrl+Alt+2', press('2', 'Digit2', 'ctrl alt'), 'heading2'],
    ['Ctrl+]', press(']', 'BracketRight', 'ctrl'), 'indent'],
    ['Ctrl+Z', press('z', 'KeyZ', 'ctrl'), 'undo'],
    ['Ctrl+Z on a German keyboard', press('z', 'KeyY', 'ctrl'), 'undo'],
    ['Ctrl+Y on a German keyboard', press('y', 'KeyZ', 'ctrl'), 'redo'],
    ['Ctrl+Shift+Z', press('Z', 'KeyZ', 'ctrl shift'), 'redo'],
    ['Ctrl+B on a Russian keyboard', press('и', 'KeyB', 'ctrl'), 'bold'],
    ['AltGr+C on a Polish keyboard, which writes ć', press('ć', 'KeyC', 'ctrl alt'), null],
    ['AltGr+2 on a French keyboard, which writes ~', press('~', 'Digit2', 'ctrl alt'), null],
    ['B alone', press('b', 'KeyB'), null],
    ['Ctrl+C, which copies', press('c', 'KeyC', 'ctrl'), null],
    ['Ctrl+V, which pastes', press('v', 'KeyV', 'ctrl'), null],
  ]
  for (const [name, keys, command] of found) {
    it(`${name}: ${command ?? 'is left alone'}`, () => {
      expect(commandFor(keys, false)).to.equal(command)
    })
  }

  it('go with Command on a Mac, where Alt changes the letters', () => {
    expect(commandFor(press('b', 'KeyB', 'meta'), true)).to.equal('bold')
    expect(commandFor(press('ç', 'KeyC', 'meta alt'), true)).to.equal('codeBlock')
    expect(commandFor(press('b', 'KeyB', 'ctrl'), true)).to.equal(null)
  })

  it('no two commands share keys', () => {
    const shown = (Object.keys(COMMANDS) as CommandId[]).map((id) => keysShown(id, false)).filter(Boolean)
    expect(new Set(shown).size).to.equal(shown.length)
  })

  it('are shown as the platform writes them', () => {
    expect(keysShown('ordered', false)).to.equal('Ctrl+Shift+7')
    expect(keysShown('ordered', true)).to.equal('⇧⌘7')
    expect(keysShown('direction', false)).to.equal('')
  })
})
