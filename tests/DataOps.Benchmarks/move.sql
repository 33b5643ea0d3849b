-- Moves all sections to the end of /home/breads/, in the order of their paths: paths, depths, URL paths and counts of
-- children, and nothing else that Wagtail writes. The paths that are taken meanwhile are no problem, as none is given twice.
begin;
create temp table moved on commit drop as
select s.id, s.path as old, s.url_path as old_url, b.url_path || s.slug || '/' as new_url, b.path || (
         select string_agg(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', (n / (36 ^ d)::int % 36) + 1, 1), '' order by d desc)
         from generate_series(0, 3) d) as new
from (select *, (row_number() over (order by path) + 100)::int as n from wagtailcore_page
      where depth = 3 and slug like 'section-%') s,
     wagtailcore_page b
where b.url_path = '/home/breads/';
analyze moved;
update wagtailcore_page p set path = m.new || substr(p.path, 13), depth = p.depth + 1,
       url_path = m.new_url || substr(p.url_path, length(m.old_url) + 1)
from moved m where left(p.path, 12) = m.old;
update wagtailcore_page p set numchild = numchild + m.n
from (select count(*) as n from moved) m where p.url_path = '/home/breads/';
update wagtailcore_page p set numchild = numchild - m.n
from (select count(*) as n from moved) m where p.url_path = '/home/';
commit;
