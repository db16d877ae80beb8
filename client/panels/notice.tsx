import type { ReactNode } from 'react'
import './notice.css'

interface Props {
  readonly tone: 'ok' | 'warn' | 'bad'
  /** One or two words that say what this is. */
  readonly head: string
  readonly children: ReactNode
  readonly actions?: ReactNode
}

/** Something the person should know, in a sentence, with what can be done about it. Read out when it appears. */
export function Notice({ tone, head, children, actions }: Props) {
  return (
    <div className={`notice notice-${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <div className="notice-text">
        <strong>{head}</strong> {children}
      </div>
      {actions && <div className="notice-actions">{actions}</div>}
    </div>
  )
}
