-- Going back is going forward: a rollback is an op like any other. What the op does not say is why, and who tried: that
-- is here, and stays. A request has a row when it begins and another when its outcome is known, so that one whose server
-- died in between is told from one that never was.

create table audit (
  number  bigint generated always as identity primary key,
  at      timestamptz not null default now(),
  request uuid        not null,
  firm    uuid        not null,
  member  uuid        not null,
  action  text        not null,
  letter  uuid        not null,
  what    text        not null,
  reason  text        not null,
  outcome text        not null
);
create index audit_letter on audit (letter, number);
comment on table  audit         is 'Who did what to a letter and why, append-only.';
comment on column audit.request is 'The same in both rows of a request.';
comment on column audit.what    is 'JSON: what was asked for.';
comment on column audit.outcome is 'begun; then done <version>, unchanged, or failed <code>.';

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed', tg_table_name;
end
$$;
create trigger audit_is_append_only before update or delete on audit
  for each row execute function refuse_change();
create trigger audit_is_never_emptied before truncate on audit
  for each statement execute function refuse_change();

create table version_names (
  letter  uuid        not null references letters (id),
  version bigint      not null check (version > 0),
  name    text        not null,
  author  uuid        not null,
  at      timestamptz not null default now(),
  primary key (letter, version)
);
comment on table version_names is 'Versions a person gave a name to. The newest name of a version counts.';
