-- A database has an epoch: which history of it this is. A restored backup, or a standby that was promoted without its
-- last ops, holds the same versions with other words in them, and nothing but the epoch tells the two apart. It is
-- made here, once, and anew by whatever takes a database back in time (server/store/epoch.ts).

insert into settings (name, value)
values ('epoch', gen_random_uuid()::text)
on conflict (name) do nothing;

comment on table settings is 'Facts of this database that every node must share: its epoch, and the keys that sign sources and sessions.';
