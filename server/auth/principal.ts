/** Who is asking: a member whose credentials were checked. */
export interface Principal {
  /** Member UUID. */
  readonly member: string
  /** Firm UUID. */
  readonly firm: string
  readonly name: string
  /** Acts as owner of every document of the firm (rule A1). */
  readonly admin: boolean
  /** When the credentials are taken no more, milliseconds since 1970; null when they do not. */
  readonly expiresAt: number | null
}
