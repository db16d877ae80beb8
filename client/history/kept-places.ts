interface Keyed {
  /** What has the same key looks the same. */
  readonly key: string
}

/**
 * What stays as it is from one list to the next: for each of the later one the place of its like in the earlier one, -1 where it
 * has none. The places ascend, so that nothing that stays is moved.
 *
 * What is one of a kind in both is found wherever it is. Of several that look the same, such as empty lines, only the one whose
 * turn it is stays: to go on at another might give up all between.
 */
export function keptPlaces(before: readonly Keyed[], after: readonly Keyed[]): number[] {
  let first = 0
  while (first < after.length && before[first]?.key === after[first]!.key) first++
  let end = before.length
  let endAfter = after.length
  while (end > first && endAfter > first && before[end - 1]!.key === after[endAfter - 1]!.key) {
    end--
    endAfter--
  }
  const was = uniquePlaces(before, first, end)
  const is = uniquePlaces(after, first, endAfter)
  let next = first
  return after.map(({ key }, index) => {
    if (index < first) return index
    if (index >= endAfter) return index - endAfter + end
    const isNext = next < end && before[next]!.key === key
    const place = isNext ? next : is.get(key) === index ? (was.get(key) ?? -1) : -1
    if (place < next) return -1
    next = place + 1
    return place
  })
}

function uniquePlaces(list: readonly Keyed[], start: number, end: number): Map<string, number> {
  const places = new Map<string, number>()
  for (let place = start; place < end; place++) {
    const { key } = list[place]!
    places.set(key, places.has(key) ? -1 : place)
  }
  return places
}
