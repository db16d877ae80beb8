import type { ReactNode } from 'react'
import { ApiError } from '../api.ts'
import './trouble.css'

/** A whole screen that could not be shown: what happened, what is safe, what to do. */
export function Trouble({
  title,
  children,
  actions,
}: {
  title: string
  children: ReactNode
  actions: ReactNode
}) {
  return (
    <section className="trouble" role="alert">
      <h1 className="trouble-title">{title}</h1>
      <p className="trouble-text">{children}</p>
      <div className="trouble-actions">{actions}</div>
    </section>
  )
}

/** An error of the REST door in a sentence for a person. */
export function errorWords(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Something in this page went wrong. Reload it and try again.'
  if (error.code === 'network') return 'The server did not answer. Check your connection and try again.'
  if (error.remedy === 'same') return 'The server could not do this just now. Try again in a moment.'
  return error.message
}
