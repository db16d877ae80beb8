import { lazy, type ReactNode, Suspense, useCallback, useEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { ApiError, api, type SignInState } from './api.ts'
import { follow, go, useRoute } from './app-route.ts'
import { keepApp } from './app-version.ts'
import { forgetUndo } from './editor/undo-storage.ts'
import { Ask } from './panels/ask.tsx'
import { Letters } from './panels/letters.tsx'
import { NewVersion } from './panels/new-version.tsx'
import { useScreenTitle } from './panels/screen-title.ts'
import { SignIn } from './panels/sign-in.tsx'
import { Tips } from './panels/tips.tsx'
import { errorWords, Trouble } from './panels/trouble.tsx'
import { forgetAll, rememberedPerson, rememberPerson } from './remembered.ts'
import { tidyDevice } from './sync/browser-store.ts'
import { anyWordsAtRisk, anyWordsHeld, leaveAllLetters } from './sync/open-letters.ts'
import './fonts.css'
import './tokens.css'
import './app.css'

/** The editor comes in a file of its own: the list of letters does not need Quill. */
const LetterPage = lazy(() =>
  import('./panels/letter-page.tsx').then((file) => ({ default: file.LetterPage })),
)

const AdminPage = lazy(() =>
  import('./panels/admin/admin-page.tsx').then((file) => ({ default: file.AdminPage })),
)

const DraftsPage = lazy(() =>
  import('./panels/drafts/drafts-page.tsx').then((file) => ({ default: file.DraftsPage })),
)

type Standing =
  | { kind: 'asking' }
  | { kind: 'failed'; error: unknown }
  /** `isSure`: the server said so itself, just now. */
  | { kind: 'known'; state: SignInState; isSure: boolean }

/** While the server is away, the person is whoever was here last. */
const ASK_AGAIN_MS = 20_000

function known(state: SignInState): Standing {
  rememberPerson(state)
  void tidyDevice(state.member?.id ?? null)
  return { kind: 'known', state, isSure: true }
}

/** Who is here decides what there is: without a member, only the way in. */
function App() {
  const [standing, setStanding] = useState<Standing>({ kind: 'asking' })
  const [isLeaving, setLeaving] = useState(false)
  const route = useRoute()

  const ask = useCallback(async (): Promise<void> => {
    try {
      setStanding(known(await api.session()))
    } catch (error) {
      const state = rememberedPerson()
      setStanding(state ? { kind: 'known', state, isSure: false } : { kind: 'failed', error })
    }
  }, [])
  useEffect(() => void ask(), [ask])
  const isSure = standing.kind !== 'known' || standing.isSure
  useEffect(() => {
    if (isSure) return
    const timer = setInterval(() => void ask(), ASK_AGAIN_MS)
    const askNow = () => void ask()
    window.addEventListener('online', askNow)
    return () => {
      clearInterval(timer)
      window.removeEventListener('online', askNow)
    }
  }, [isSure, ask])
  useEffect(() => {
    const onLeave = (event: BeforeUnloadEvent): void => {
      if (anyWordsAtRisk()) event.preventDefault()
    }
    window.addEventListener('beforeunload', onLeave)
    return () => window.removeEventListener('beforeunload', onLeave)
  }, [])

  const state = standing.kind === 'known' ? standing.state : null
  const member = state?.member ?? null
  const isAtDoor = route.at === 'sign-in'
  const after = isAtDoor ? route.after : '/'
  useEffect(() => {
    if (state === null) return
    if (member && isAtDoor) go(after, { replace: true })
    if (!member && !isAtDoor) {
      const here = location.pathname + location.search
      go(here === '/' ? '/sign-in' : `/sign-in?${new URLSearchParams({ to: here })}`, { replace: true })
    }
  }, [state, member, isAtDoor, after])

  const signOut = async (): Promise<void> => {
    setLeaving(false)
    try {
      await api.signOut()
    } catch (error) {
      if (!(error instanceof ApiError && error.remedy === 'sign-in')) {
        setStanding({ kind: 'failed', error })
        return
      }
    }
    await tidyDevice(null, leaveAllLetters())
    // Known to the screens before the address changes: a list without a member would ask in vain.
    flushSync(() =>
      setStanding((old) => (old.kind === 'known' ? { ...old, state: { ...old.state, member: null } } : old)),
    )
    forgetUndo() // what an editor kept as it went
    forgetAll()
    go('/sign-in', { replace: true })
    await ask()
  }

  if (standing.kind === 'failed') return <NoServer error={standing.error} onRetry={() => void ask()} />
  if (standing.kind === 'asking' || !state) return null
  if (!member) return <SignIn state={state} onSignedIn={(now) => setStanding(known(now))} />

  const screen = {
    member,
    onSignedOut: () => void ask(),
    onSignOut: () => (anyWordsHeld() ? setLeaving(true) : void signOut()),
  }
  return (
    <>
      {route.at === 'letters' && <Letters {...screen} />}
      {(route.at === 'letter' || route.at === 'history') && (
        <Suspense>
          <LetterPage
            key={route.id}
            route={route}
            onSignedIn={(now) => setStanding(known(now))}
            {...screen}
          />
        </Suspense>
      )}
      {route.at === 'admin' && (
        <Suspense>
          <AdminPage {...screen} />
        </Suspense>
      )}
      {route.at === 'drafts' && (
        <Suspense>
          <DraftsPage member={member} onSignOut={screen.onSignOut} />
        </Suspense>
      )}
      {route.at === 'nowhere' && <Nowhere />}
      {isLeaving && (
        <Ask
          title="Sign out with unsent edits?"
          verb="Sign out"
          onNo={() => setLeaving(false)}
          onYes={() => void signOut()}
        >
          This device keeps edits that the server does not have. They are sent when you sign in here again.
        </Ask>
      )}
    </>
  )
}

function Nowhere(): ReactNode {
  useScreenTitle('No such page')
  return (
    <main>
      <Trouble
        title="There is no such page"
        actions={
          <a className="button button-solid" href="/" onClick={follow}>
            All letters
          </a>
        }
      >
        The address may have a slip in it. Letters that were archived are no longer shown either.
      </Trouble>
    </main>
  )
}

function NoServer({ error, onRetry }: { error: unknown; onRetry(): void }): ReactNode {
  useScreenTitle('Copperplate')
  return (
    <main>
      <Trouble
        title="The server cannot be reached"
        actions={
          <button type="button" className="button button-solid" onClick={onRetry}>
            Try again
          </button>
        }
      >
        {errorWords(error)} What was saved is safe there.
      </Trouble>
    </main>
  )
}

void keepApp()
const root = document.getElementById('app')
if (root) {
  createRoot(root).render(
    <>
      <App />
      <Tips />
      <NewVersion />
    </>,
  )
}
