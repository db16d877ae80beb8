/**
 * A letter as law firms write them, only longer: headings, paragraphs of four sentences with some words in bold and italics and a
 * pair of real quotation marks, points in lists.
 *
 * @param characters  about as many
 * @returns           HTML, as it is pasted
 */
export function longLetter(characters: number): string {
  const parts: string[] = []
  for (let n = 0, length = 0; length < characters; n++) {
    const part = PARTS[n % PARTS.length]!
    parts.push(part)
    length += part.replace(/<[^>]*>/g, '').length + 1
  }
  return parts.join('\n')
}

const PARTS = [
  '<h2>Liability</h2>',
  '<p>The driver of the van was <b>wholly negligent</b>: he failed to keep a lookout, he drove too fast for the wet road, ' +
    'and he did not brake until it was too late. Two witnesses say so. We enclose what they wrote down, and ask you to ' +
    'confirm that <i>liability is not in dispute</i>.</p>',
  '<p>Our client was taken to hospital on the same day and stayed there for three nights. She could not work until the end ' +
    'of May, and her employer confirms the loss of “basic pay and overtime” for eleven weeks. The amounts follow below.</p>',
  '<ul><li>Loss of earnings from March to May, net of tax and of what her employer paid</li></ul>',
  '<ol><li>Repairs to the bicycle, with the invoice of the workshop</li></ol>',
  '<p>Please let us have your answer within twenty-one days. Until then we shall not begin proceedings.</p>',
]
