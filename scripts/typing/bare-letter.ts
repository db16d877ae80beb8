/** As often as each of the others presses a key. */
const PAUSE_MS = 200

/**
 * Runs in the page of a letter and leaves nothing of it but its HTML, which can be written in, and its style: what a key costs then
 * is what the browser takes for itself.
 *
 * @param people  as many others write in it, each a character at a time at a place of their own
 */
export function bareLetter(people: number): string {
  return `{
    document.body.innerHTML = document.querySelector('.desk').outerHTML
    const letter = document.querySelector('.ql-editor')
    const walker = document.createTreeWalker(letter, NodeFilter.SHOW_TEXT)
    const texts = []
    while (walker.nextNode()) texts.push(walker.currentNode)
    for (let n = 0; n < ${people}; n++) {
      const text = texts[Math.floor((texts.length * (n + 0.5)) / ${people + 1})]
      setInterval(() => text.insertData(0, 'a'), ${PAUSE_MS})
    }
    const here = texts.slice(texts.length / 2).find(({ data }) => data.includes('below.'))
    letter.focus()
    getSelection().collapse(here, here.data.indexOf('below.'))
    here.parentElement.scrollIntoView({ block: 'center' })
  }`
}
