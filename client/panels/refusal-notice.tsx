import { useState } from 'react'
import { api, type SignInState } from '../api.ts'
import { follow } from '../app-route.ts'
import type { Refusal, SessionView } from '../sync/session-view.ts'
import { Dialog } from './ask.tsx'
import { Notice } from './notice.tsx'
import { SignInForm } from './sign-in.tsx'
import { edits, place } from './status-words.ts'
import { errorWords } from './trouble.tsx'

interface Props {
  readonly refusal: Refusal
  readonly unsent: number
  readonly fault: SessionView['fault']
  onRetry(): void
  onSignedIn(state: SignInState): void
}

/** Why the server let go of this letter, what is safe, and what can be done. */
export function RefusalNotice({ refusal, ...props }: Props) {
  if (refusal === 'signed-out') return <SignedOut {...props} />
  if (refusal === 'rejected') {
    return (
      <Notice
        tone="bad"
        head="Connection ended."
        actions={
          <button type="button" className="button" onClick={props.onRetry}>
            Load the letter again
          </button>
        }
      >
        The server did not understand what this tab sent, and ended the connection. What was saved is safe.
      </Notice>
    )
  }
  const words =
    refusal === 'forbidden'
      ? 'You no longer have access to this letter. What was saved is safe with those who have.'
      : 'This letter was archived, or does not exist any more. It cannot be edited.'
  return (
    <Notice
      tone="bad"
      head={refusal === 'forbidden' ? 'No access.' : 'Archived.'}
      actions={
        <a className="button" href="/" onClick={follow}>
          All letters
        </a>
      }
    >
      {words}
    </Notice>
  )
}

function SignedOut({ unsent, fault, onRetry, onSignedIn }: Omit<Props, 'refusal'>) {
  const [state, setState] = useState<SignInState | null>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  const begin = async (): Promise<void> => {
    try {
      setTrouble(null)
      setState(await api.session())
    } catch (error) {
      setTrouble(errorWords(error))
    }
  }
  return (
    <>
      <Notice
        tone="bad"
        head="Signed out."
        actions={
          <button type="button" className="button" onClick={() => void begin()}>
            Sign in again
          </button>
        }
      >
        Your session has ended.{' '}
        {unsent > 0
          ? `${edits(unsent)} kept ${place({ fault })}, to be sent when you have signed in again.`
          : 'Sign in again to go on writing.'}{' '}
        {trouble}
      </Notice>
      {state && (
        <Dialog title="Sign in again" onClose={() => setState(null)}>
          <SignInForm
            state={state}
            onSignedIn={(signedIn) => {
              setState(null)
              onSignedIn(signedIn)
              onRetry()
            }}
          />
        </Dialog>
      )}
    </>
  )
}
