-- What an administrator would write by hand to check Wagtail's page tree: paths, orphans, counts, url paths, slugs.
select id, path from wagtailcore_page where path !~ '^[0-9A-Z]+$' or length(path) % 4 <> 0;
select c.id from wagtailcore_page c where length(path) > 4 and not exists (select 1 from wagtailcore_page p where p.path = left(c.path, -4));
with k as (select left(path, -4) pp, count(*) n from wagtailcore_page where length(path) > 4 group by 1),
    w as (select p.id, p.numchild, p.depth, p.path, coalesce(k.n, 0) as real from wagtailcore_page p left join k on k.pp = p.path)
select id from w where numchild <> w.real or depth <> length(path) / 4;
with recursive u as (
    select id, path, '/'::text url from wagtailcore_page where length(path) = 4
    union all
    select c.id, c.path, u.url || c.slug || '/' from wagtailcore_page c join u on length(c.path) = length(u.path) + 4 and left(c.path, -4) = u.path)
select p.id, p.url_path, u.url from wagtailcore_page p join u using (id) where p.url_path <> u.url;
select left(path, -4), slug, count(*) from wagtailcore_page where length(path) > 4 group by 1, 2 having count(*) > 1;
