import type { Member } from '../api.ts'
import { go } from '../app-route.ts'
import { Avatar } from './avatar.tsx'
import { MenuButton } from './menu.tsx'

/** Who I am, and the way out. */
export function PersonMenu({ member, onSignOut }: { member: Member; onSignOut(): void }) {
  return (
    <MenuButton
      label={`You are ${member.name}`}
      className="icon-button"
      data-tip={member.name}
      head={
        <>
          <strong>{member.name}</strong>
          {member.admin && <div className="field-note">Admin of the firm</div>}
        </>
      }
      groups={[
        ...(member.admin
          ? [
              {
                items: [
                  {
                    id: 'admin',
                    label: 'Roll letters back',
                    icon: 'history' as const,
                    onPick: () => go('/admin'),
                  },
                ],
              },
            ]
          : []),
        { items: [{ id: 'leave', label: 'Sign out', icon: 'leave', onPick: onSignOut }] },
      ]}
    >
      <Avatar person={member} />
    </MenuButton>
  )
}
