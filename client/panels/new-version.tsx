import { useState } from 'react'
import { takeNewVersion, useNewVersion } from '../app-version.ts'
import './new-version.css'

/** Says that there is a newer app, once, and stays out of the way. */
export function NewVersion() {
  const isReady = useNewVersion()
  const [isPutOff, setPutOff] = useState(false)
  if (!isReady || isPutOff) return null
  return (
    <div className="new-version" role="status">
      <p className="new-version-words">
        A new version of Copperplate is ready. Your words stay where they are.
      </p>
      <button type="button" className="button button-quiet" onClick={() => setPutOff(true)}>
        Later
      </button>
      <button type="button" className="button button-solid" onClick={takeNewVersion}>
        Reload
      </button>
    </div>
  )
}
