import { type FormEvent, useId, useState } from 'react'
import { ApiError, api, type Person, type SignInState } from '../api.ts'
import { Avatar } from './avatar.tsx'
import { Icon } from './icons.tsx'
import { useScreenTitle } from './screen-title.ts'
import { errorWords } from './trouble.tsx'
import './sign-in.css'

interface Props {
  readonly state: SignInState
  onSignedIn(state: SignInState): void
}

/** The screen for somebody the server does not know yet. */
export function SignIn(props: Props) {
  useScreenTitle('Sign in')
  return (
    <main className="sign-in">
      <div className="sign-in-head">
        <span className="mark" aria-hidden="true">
          C
        </span>
        <span className="bar-name">Copperplate</span>
      </div>
      <div className="sign-in-card">
        <SignInForm {...props} />
      </div>
    </main>
  )
}

/** What the screen and the dialog share: the ways in that this server has. */
export function SignInForm({ state, onSignedIn }: Props) {
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const enter = async (who: Parameters<typeof api.signIn>[0]): Promise<void> => {
    if (isBusy) return
    setBusy(true)
    setError(null)
    try {
      onSignedIn(await api.signIn(who))
    } catch (failure) {
      setError(signInWords(failure))
    } finally {
      setBusy(false)
    }
  }
  const note = (
    <div role="alert" className="field-note field-bad">
      {error}
    </div>
  )
  if (state.signIn === 'token') {
    return (
      <TokenForm
        isBusy={isBusy}
        note={note}
        isInvalid={error !== null}
        onToken={(token) => enter({ token })}
      />
    )
  }
  return (
    <LocalForm
      people={state.members}
      isBusy={isBusy}
      note={note}
      onMember={(member) => enter({ member })}
      onName={(name) => enter({ name })}
    />
  )
}

interface LocalProps {
  readonly people: readonly Person[]
  readonly isBusy: boolean
  readonly note: React.ReactNode
  onMember(id: string): Promise<void>
  onName(name: string): Promise<void>
}

function LocalForm({ people, isBusy, note, onMember, onName }: LocalProps) {
  const [name, setName] = useState('')
  const field = useId()
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (name.trim() !== '') void onName(name.trim())
  }
  return (
    <>
      <h1 className="sign-in-title">{people.length > 0 ? 'Continue as' : 'Who is writing?'}</h1>
      {people.length > 0 && (
        <ul className="sign-in-people">
          {people.map((person) => (
            <li key={person.id}>
              <button
                type="button"
                className="sign-in-person"
                disabled={isBusy}
                aria-label={`Continue as ${person.name}`}
                onClick={() => void onMember(person.id)}
              >
                <Avatar person={person} size={32} />
                <span className="sign-in-name">{person.name}</span>
                <Icon name="down" className="sign-in-arrow" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <form onSubmit={submit} className="sign-in-new">
        <label className="label" htmlFor={field}>
          {people.length > 0 ? 'Somebody else' : 'Your name'}
        </label>
        <div className="sign-in-row">
          <input
            id={field}
            className="field"
            value={name}
            maxLength={80}
            autoComplete="name"
            placeholder="First and last name"
            onChange={(event) => setName(event.target.value)}
          />
          <button type="submit" className="button button-solid" disabled={isBusy || name.trim() === ''}>
            Continue
          </button>
        </div>
        {note}
      </form>
      <p className="sign-in-foot">
        This server was started for use on this computer only. It asks for no password: whoever sits here may
        write as anybody.
      </p>
    </>
  )
}

interface TokenProps {
  readonly isBusy: boolean
  readonly isInvalid: boolean
  readonly note: React.ReactNode
  onToken(token: string): Promise<void>
}

function TokenForm({ isBusy, isInvalid, note, onToken }: TokenProps) {
  const [token, setToken] = useState('')
  const field = useId()
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (token.trim() !== '') void onToken(token.trim())
  }
  return (
    <form onSubmit={submit}>
      <h1 className="sign-in-title">Sign in</h1>
      <label className="label" htmlFor={field}>
        Token
      </label>
      <textarea
        id={field}
        className="field sign-in-token"
        value={token}
        rows={4}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={isInvalid}
        aria-describedby={`${field}-note`}
        onChange={(event) => setToken(event.target.value)}
      />
      <p id={`${field}-note`} className="field-note">
        Paste the token that your firm’s own sign-in gave you. It is sent once and kept in a cookie that
        scripts cannot read.
      </p>
      {note}
      <button
        type="submit"
        className="button button-solid sign-in-submit"
        disabled={isBusy || token.trim() === ''}
      >
        Sign in
      </button>
    </form>
  )
}

function signInWords(error: unknown): string {
  if (error instanceof ApiError && error.code === 'auth/invalid') {
    return 'This server does not accept that token. It may have expired: ask for a new one.'
  }
  return errorWords(error)
}
