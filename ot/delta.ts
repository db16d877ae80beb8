/**
 * The one place that imports quill-delta.
 *
 * quill-delta is a CommonJS module whose export is the class and carries itself as `default`. Node hands over
 * the class, TypeScript's Node resolution types it as a namespace, bundlers may do either; taking `default`
 * where there is one gives the class in all of them.
 */
import quillDelta from 'quill-delta'

type Imported = typeof quillDelta
type DeltaClass = Imported extends { default: infer Class } ? Class : Imported

// The cast states what the comment above says: the class, by either way.
export const Delta = ((quillDelta as { default?: unknown }).default ?? quillDelta) as DeltaClass
export type Delta = InstanceType<DeltaClass>
