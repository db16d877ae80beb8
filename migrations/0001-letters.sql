-- The op log and what hangs on it.
--
-- Ops are appended, never updated. Their primary key is the arbiter between nodes: two nodes that both believe
-- a document is at version 41 meet at 42, and one of them looks again. The second key makes an op happen once,
-- however often it is sent. Everything a client sees can be rebuilt from `ops`; the other tables are caches of
-- it (heads, snapshots) or what an op does not say (members, letters).

create table documents (
  number     bigint generated always as identity primary key,
  collection text   not null,
  id         text   not null,
  unique (collection, id)
);
comment on table  documents        is 'Names of documents. Logs refer to the number: 8 bytes in each index entry instead of 50.';
comment on column documents.number is 'Private to this database; never leaves the server.';

create table heads (
  document bigint not null primary key references documents (number),
  version  bigint not null check (version >= 0),
  time     bigint not null,
  author   uuid,
  meta     text
) with (fillfactor = 50);
comment on table  heads         is 'The newest version of each document. Half-empty pages keep every update in its page.';
comment on column heads.version is 'Equals the greatest version in ops; 0 before the first op. Moved in the transaction that inserts the ops.';
comment on column heads.time    is 'Milliseconds since 1970 of the newest op; the next one is never earlier, whatever the clock says.';
comment on column heads.author  is 'Member who made the newest op; null when a machine did.';
comment on column heads.meta    is 'Metadata (JSON) a stock ShareDB backend keeps with a snapshot; null on our own write path.';

-- No foreign key on `document`: checking it would lock, and so rewrite, the document's row in every transaction.
create table ops (
  document bigint not null,
  version  bigint not null check (version > 0),
  source   text,
  seq      bigint,
  author   uuid,
  origin   text,
  time     bigint not null,
  body     text   not null,
  meta     text,
  primary key (document, version),
  unique (document, source, seq)
);
comment on table  ops         is 'The truth: one row per op, append-only.';
comment on column ops.version is 'The version this op produces; the first is 1.';
comment on column ops.source  is 'The editing session that made it, as issued and signed by the server; null for ops of a stock backend without one.';
comment on column ops.seq     is 'That session''s counter.';
comment on column ops.author  is 'Member uuid, written by the server; null when a machine made it.';
comment on column ops.origin  is 'null for a person; else rollback, import or worker.';
comment on column ops.time    is 'Milliseconds since 1970, never decreasing within a document.';
comment on column ops.body    is 'JSON object with one of op, create, del. Text, because jsonb refuses NUL and reorders keys.';
comment on column ops.meta    is 'Metadata (JSON) a stock ShareDB backend or an import gave; null on our own write path.';

create table snapshots (
  document bigint not null primary key references documents (number),
  version  bigint not null check (version > 0),
  type     text,
  data     text
);
comment on table  snapshots      is 'One copy of each document near its head, so that opening it reads few ops. A cache of ops.';
comment on column snapshots.type is 'URI of the type; null when the document is deleted at this version.';
comment on column snapshots.data is 'JSON; null when the document is deleted at this version.';

create table firms (
  id         uuid not null primary key,
  created_at timestamptz not null default now()
);

create table members (
  id         uuid not null primary key,
  firm       uuid not null references firms,
  name       text not null,
  admin      boolean not null default false,
  created_at timestamptz not null default now()
);
create index members_firm on members (firm);
comment on table members is 'The only place that holds a name. Everything else refers to the id.';

create table letters (
  id          uuid not null primary key,
  firm        uuid not null references firms,
  title       text not null,
  created_by  uuid not null references members,
  created_at  timestamptz not null default now(),
  archived_at timestamptz
);
create index letters_firm on letters (firm, created_at desc, id desc) where archived_at is null;
comment on table letters is 'What the list of letters shows and who may open one. The text is in ops, under collection letters.';

create table settings (
  name  text not null primary key,
  value text not null
);
comment on table settings is 'Facts of this database that every node must share: the key that signs sources and sessions.';
