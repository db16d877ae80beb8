-- What a rollback did decides over what a later one has to do, so they are looked up before each. Other ops are not in this
-- index, and cost nothing for it.

create index ops_rollbacks on ops (document, version) where origin = 'rollback';
