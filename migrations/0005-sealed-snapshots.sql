-- A letter at a version, with who wrote it, so that reading its past does not begin with its first op. Caches of ops: losing
-- one costs time. They are sealed, because they may be kept elsewhere, and named here only after they were verified.

create table sealed_snapshots (
  letter  uuid        not null,
  version bigint      not null check (version > 0),
  firm    uuid        not null,
  epoch   text        not null,
  kid     text        not null,
  object  text        not null,
  at      timestamptz not null default now(),
  primary key (letter, version)
);
create index sealed_snapshots_kid on sealed_snapshots (kid);
comment on table  sealed_snapshots        is 'The snapshots that count: a row is written when its object was read back and verified.';
comment on column sealed_snapshots.epoch  is 'Of the database when it was sealed: part of what the seal is bound to.';
comment on column sealed_snapshots.kid    is 'Name of the key it is sealed with.';
comment on column sealed_snapshots.object is 'Its name in the object store.';

create table objects (
  name  text  not null primary key,
  bytes bytea not null
);
alter table objects alter column bytes set storage external;
comment on table objects is 'The object store of those who have no other one. Sealed already: compressing it again would be in vain.';
