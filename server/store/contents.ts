/** What a database holds and who is connected to it, for whoever is about to put something else in its place. */

import type { Queryable } from './db.ts'

/** Tables and the like that neither Postgres itself nor one of its extensions brought along, as `schema.name`. */
export async function relationsIn(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ name: string }>(`select schema || '.' || name as name from (${OWN}) as own`)
  return rows.map(({ name }) => name)
}

/** How many connections servers and commands of this program have to the database, beside this one. */
export async function connectionsTo(db: Queryable): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*) as count
       from pg_stat_activity
      where datname = current_database() and application_name = 'copperplate' and pid <> pg_backend_pid()`,
  )
  return row!.count
}

const OWN = `
select namespace.nspname as schema, class.relname as name, class.relkind as kind
  from pg_class as class
  join pg_namespace as namespace on namespace.oid = class.relnamespace
 where class.relkind in ('r', 'p', 'f', 'v', 'm', 'S')
   and namespace.nspname !~ '^pg_' and namespace.nspname <> 'information_schema'
   and not exists (select from pg_depend
                    where pg_depend.objid = class.oid and pg_depend.classid = 'pg_class'::regclass
                      and pg_depend.deptype in ('e', 'i', 'a'))
 order by 1, 2`

/**
 * A statement that takes all of those away, and every schema but `public`, which a role that is not the database's
 * owner may fill, but not make.
 */
export const DROP_EVERYTHING = `
do $$
declare own record;
begin
  for own in select nspname from pg_namespace
              where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')
                and not exists (select from pg_depend
                                 where objid = pg_namespace.oid and classid = 'pg_namespace'::regclass and deptype = 'e')
  loop
    execute format('drop schema %I cascade', own.nspname);
  end loop;
  for own in ${OWN}
  loop
    execute format('drop %s if exists %I.%I cascade',
                   case own.kind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
                                 when 'f' then 'foreign table' else 'table' end,
                   own.schema, own.name);
  end loop;
  for own in select oid::regprocedure as name from pg_proc
              where pronamespace = 'public'::regnamespace
                and not exists (select from pg_depend
                                 where objid = pg_proc.oid and classid = 'pg_proc'::regclass and deptype = 'e')
  loop
    execute format('drop routine if exists %s cascade', own.name);
  end loop;
end $$`
