-- Every table, view and materialized view outside the system schemas, as one JSON array.
select coalesce(json_agg(t order by t.schema, t.name), '[]')::text
from (
  select n.nspname as schema,
         c.relname as name,
         c.relkind in ('v', 'm') as is_view,
         c.relkind = 'p' as is_partitioned,
         (pg_relation_is_updatable(c.oid, true) & 8) <> 0 as is_insertable,
         (pg_relation_is_updatable(c.oid, true) & 4) <> 0 as is_updatable,
         (pg_relation_is_updatable(c.oid, true) & 16) <> 0 as is_deletable,
         exists (
           -- Row triggers that run before an insert (2, 4), or instead of it on a view (64).
           select 1
           from pg_trigger g
           where g.tgrelid = c.oid and not g.tgisinternal and (g.tgtype & 4) <> 0 and (g.tgtype & 66) <> 0
         ) as has_insert_triggers,
         obj_description(c.oid, 'pg_class') as comment,
         (
           select coalesce(json_agg(json_build_object(
                    'name', a.attname,
                    'type_schema', tn.nspname,
                    'type_name', coalesce(base.typname, ty.typname),
                    'element', el.typname,
                    'is_native_enum', coalesce(el.typtype, ty.typtype) = 'e',
                    'sql_type', format_type(a.atttypid, -1),
                    'is_nullable', not a.attnotnull,
                    'is_generated', a.attgenerated <> '' or a.attidentity = 'a',
                    'comment', col_description(c.oid, a.attnum)
                  ) order by a.attnum), '[]')
           from pg_attribute a
           join pg_type ty on ty.oid = a.atttypid
           join pg_namespace tn on tn.oid = ty.typnamespace
           left join pg_type base on base.oid = ty.typbasetype and ty.typtype = 'd'
           left join pg_type el on el.oid = ty.typelem and ty.typcategory = 'A'
           where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         ) as columns,
         (
           select json_agg(a.attname order by k.position)
           from pg_constraint p
           cross join lateral unnest(p.conkey) with ordinality k (attnum, position)
           join pg_attribute a on a.attrelid = p.conrelid and a.attnum = k.attnum
           where p.conrelid = c.oid and p.contype = 'p'
         ) as primary_key,
         (
           select coalesce(json_agg(json_build_object(
                    'name', u.conname,
                    'columns', (
                      select json_agg(a.attname order by k.position)
                      from unnest(u.conkey) with ordinality k (attnum, position)
                      join pg_attribute a on a.attrelid = u.conrelid and a.attnum = k.attnum
                    ),
                    'is_primary', u.contype = 'p'
                  ) order by u.conname), '[]')
           from pg_constraint u
           where u.conrelid = c.oid and u.contype in ('p', 'u')
         ) as unique_constraints,
         (
           select coalesce(json_agg(json_build_object(
                    'name', f.conname,
                    'schema', fn.nspname,
                    'table', fc.relname,
                    'columns', (
                      select json_agg(a.attname order by k.position)
                      from unnest(f.conkey) with ordinality k (attnum, position)
                      join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.attnum
                    ),
                    'remote_columns', (
                      select json_agg(a.attname order by k.position)
                      from unnest(f.confkey) with ordinality k (attnum, position)
                      join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.attnum
                    )
                  ) order by f.conname), '[]')
           from pg_constraint f
           join pg_class fc on fc.oid = f.confrelid
           join pg_namespace fn on fn.oid = fc.relnamespace
           where f.conrelid = c.oid and f.contype = 'f'
         ) as foreign_keys
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f')
    and n.nspname not in ('pg_catalog', 'information_schema')
    and n.nspname not like 'pg\_toast%'
    and n.nspname not like 'pg\_temp%'
) t
