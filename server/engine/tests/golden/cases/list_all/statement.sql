select (select coalesce(json_agg("r$"), '[]') from (select t0."id" as "id", t0."name" as "name", t0."born" as "born" from "public"."author" t0 order by t0."id" asc nulls last) "r$")::text
