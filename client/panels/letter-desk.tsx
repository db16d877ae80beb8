import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { Letter, Member, SignInState } from '../api.ts'
import { follow, historyPath } from '../app-route.ts'
import { LetterEditor } from '../editor/letter-editor.ts'
import type { Session } from '../sync/session.ts'
import { AddressBox } from './address-box.tsx'
import { Bones } from './bones.tsx'
import { CalmView } from './calm-view.ts'
import { exposeForDebugging } from './debugging.ts'
import { DraftDialog } from './drafts/draft-dialog.tsx'
import { DraftNotice } from './drafts/draft-notice.tsx'
import { EmptiedNotice } from './emptied-notice.tsx'
import { Icon } from './icons.tsx'
import { followKeyboard } from './keyboard-height.ts'
import { UNBORN } from './letter-births.ts'
import { LinkCard } from './link-card.tsx'
import { Notice } from './notice.tsx'
import { PersonMenu } from './person-menu.tsx'
import { RefusalNotice } from './refusal-notice.tsx'
import { StatusLine } from './status-line.tsx'
import { TitleField } from './title-field.tsx'
import { Toolbar } from './toolbar.tsx'
import { errorWords } from './trouble.tsx'
import '../editor/letter.css'

interface Props {
  readonly session: Session
  readonly letter: Letter
  readonly isNew: boolean
  /** Something else of this letter is on the screen. */
  readonly isHidden: boolean
  readonly member: Member
  onRename(title: string): Promise<void>
  onSignOut(): void
  onSignedIn(state: SignInState): void
}

/** The bar, the tools and the sheet. */
export function LetterDesk({ session, letter, isNew, isHidden, member, ...on }: Props) {
  const { onRename, onSignOut, onSignedIn } = on
  const calm = useMemo(() => new CalmView(session), [session])
  const view = useSyncExternalStore(calm.subscribe, calm.getSnapshot)
  const [editor, setEditor] = useState<LetterEditor | null>(null)
  const [asking, setAsking] = useState<'link' | 'image' | null>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  const [isLookingAtDrafts, setLookingAtDrafts] = useState(false)
  const [hasLeftTitle, setLeftTitle] = useState(false)
  const page = useRef<HTMLDivElement>(null)
  const sheet = useRef<HTMLDivElement>(null)
  const memberId = member.id
  const mayEdit = letter.role === 'owner' || letter.role === 'editor'
  // Signed out, one may go on writing: the edits wait. Without the right or the letter they would go nowhere.
  const isEnabled = mayEdit && view.ready && (view.phase !== 'refused' || view.refusal === 'signed-out')

  useEffect(() => {
    if (!sheet.current) return
    const made = new LetterEditor(sheet.current, session, `${memberId}/${session.docId}`, {
      onAsk: setAsking,
      onRefused: (code) => setTrouble(refusedWords(code)),
      onPictures: () =>
        setTrouble('Pictures themselves cannot be added yet. Put one on the web and add its address.'),
      onToolbar: () => page.current?.querySelector<HTMLElement>('.tool[tabindex="0"]')?.focus(),
    })
    setEditor(made)
    const hide = exposeForDebugging({ session, editor: made })
    return () => {
      hide()
      made.close()
      setEditor(null)
    }
  }, [session, memberId])
  useEffect(() => editor?.enable(isEnabled), [editor, isEnabled])
  useEffect(() => followKeyboard(), [])
  useEffect(() => {
    // A letter opens ready to write in, unless a keyboard would cover half of it or its name comes first.
    const isTouch = window.matchMedia('(pointer: coarse)').matches
    const isWanted = hasLeftTitle || !(isNew || isTouch)
    if (isHidden || !editor || !view.ready || !isWanted) return
    if (document.activeElement === document.body) editor.focus()
  }, [editor, view.ready, isNew, hasLeftTitle, isHidden])

  const leaveTitle = (): void => {
    // What is typed next is meant for the letter, even when that is still on its way.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    setLeftTitle(true)
    if (view.ready) editor?.focus()
  }
  const rename = (title: string): void => {
    onRename(title).catch((error) => setTrouble(`The letter keeps its name. ${errorWords(error)}`))
  }

  return (
    <div ref={page} className="letter-page" hidden={isHidden}>
      <a className="skip" href="#letter">
        Skip to the letter
      </a>
      <header className="letter-head">
        <div className="bar">
          <a className="mark" href="/" onClick={follow} aria-label="All letters" data-tip="All letters">
            C
          </a>
          <TitleField
            title={letter.title}
            mayEdit={mayEdit}
            isNew={isNew}
            onRename={rename}
            onLeave={leaveTitle}
          />
          <StatusLine view={view} mayEdit={mayEdit} onRetry={() => session.retry()} />
          <div className="bar-end">
            {letter.role !== 'viewer' && letter.version !== UNBORN && (
              <a className="button bar-history" href={historyPath(letter.id)} onClick={follow}>
                <Icon name="history" />
                <span>History</span>
              </a>
            )}
            <PersonMenu member={member} onSignOut={onSignOut} />
          </div>
        </div>
        {mayEdit && <Toolbar editor={editor} isEnabled={isEnabled} />}
      </header>
      <main className="desk" id="letter" tabIndex={-1} onFocus={(event) => skipped(event, editor)}>
        <div className="desk-notices">
          <EmptiedNotice />
          {view.refusal && (
            <RefusalNotice
              refusal={view.refusal}
              unsent={view.unsent}
              fault={view.fault}
              onRetry={() => session.retry()}
              onSignedIn={onSignedIn}
            />
          )}
          {view.drafts.length > 0 && (
            <DraftNotice drafts={view.drafts} onLook={() => setLookingAtDrafts(true)} />
          )}
          {trouble && (
            <Notice
              tone="warn"
              head="Not done."
              actions={
                <button
                  type="button"
                  className="icon-button"
                  aria-label="Dismiss"
                  onClick={() => setTrouble(null)}
                >
                  <Icon name="close" />
                </button>
              }
            >
              {trouble}
            </Notice>
          )}
        </div>
        <div ref={sheet} className={view.ready ? 'sheet' : 'sheet sheet-waiting'}>
          {!view.ready && <Bones />}
          {editor && asking && <AddressBox what={asking} editor={editor} onClose={() => setAsking(null)} />}
          {editor && !asking && (
            <LinkCard editor={editor} mayEdit={isEnabled} onEdit={() => setAsking('link')} />
          )}
        </div>
        <p id="letter-keys" className="unseen">
          Alt F10 goes to the toolbar. Escape, then Tab, leaves the letter. Control Enter ticks an item of a
          checklist.
        </p>
      </main>
      {isLookingAtDrafts && (
        <DraftDialog
          session={session}
          drafts={view.drafts}
          mayMerge={isEnabled}
          onClose={() => setLookingAtDrafts(false)}
        />
      )}
    </div>
  )
}

/** The skip link lands on the main part, which is not itself a place to write. */
function skipped(event: React.FocusEvent, editor: LetterEditor | null): void {
  if (event.target === event.currentTarget && event.relatedTarget?.classList.contains('skip')) editor?.focus()
}

function refusedWords(code: string): string {
  if (code === 'op/too-large') {
    return 'That would make the letter longer than a letter can be, so it was taken back. Nothing else changed.'
  }
  return 'A letter cannot hold that change, so it was taken back. Nothing else changed.'
}
