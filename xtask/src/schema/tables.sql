-- The tables of the schema public, as JSON: what schema/diesel.rs turns into Rust.
with tables as (
  select c.oid, c.relname as name
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> '__diesel_schema_migrations'
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
)
select jsonb_build_object(
  'tables', (
    select jsonb_agg(jsonb_build_object(
      'name', t.name,
      'key', (
        select jsonb_agg(a.attname order by k.position)
        from pg_index i
        cross join lateral unnest(i.indkey) with ordinality as k (attnum, position)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
        where i.indrelid = t.oid and i.indisprimary
      ),
      'columns', (
        select jsonb_agg(jsonb_build_object('name', a.attname, 'type', y.typname, 'nullable', not a.attnotnull) order by a.attnum)
        from pg_attribute a join pg_type y on y.oid = a.atttypid
        where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
      )
    ) order by t.name)
    from tables t
  ),
  'references', (
    select coalesce(jsonb_agg(jsonb_build_object('child', child.name, 'parent', parent.name, 'column', a.attname)
      order by child.name, parent.name, a.attname), '[]')
    from pg_constraint f
    join tables child on child.oid = f.conrelid
    join tables parent on parent.oid = f.confrelid
    join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[1]
    where f.contype = 'f' and cardinality(f.conkey) = 1
  )
)
