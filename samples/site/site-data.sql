-- The rows of the sample site, a small maritime museum: healthy in every reference. Everything in it is made up.

begin;
set local search_path = public;
set local timezone = 'UTC';

insert into django_content_type (id, app_label, model)
select row_number() over (), split_part(m, '.', 1), split_part(m, '.', 2)
from unnest(array[
    'wagtailcore.page', 'wagtailcore.site', 'wagtailcore.locale', 'wagtailcore.collection', 'wagtailcore.revision', 'wagtailcore.grouppagepermission',
    'wagtailcore.groupcollectionpermission', 'wagtailcore.groupsitepermission', 'wagtailcore.pageviewrestriction', 'wagtailcore.collectionviewrestriction',
    'wagtailcore.workflow', 'wagtailcore.workflowtask', 'wagtailcore.workflowpage', 'wagtailcore.workflowcontenttype', 'wagtailcore.workflowstate',
    'wagtailcore.task', 'wagtailcore.groupapprovaltask', 'wagtailcore.taskstate', 'wagtailcore.pagelogentry', 'wagtailcore.modellogentry',
    'wagtailcore.comment', 'wagtailcore.commentreply', 'wagtailcore.pagesubscription', 'wagtailcore.referenceindex', 'wagtailcore.uploadedfile',
    'wagtailadmin.admin', 'wagtailadmin.editingsession', 'wagtaildocs.document', 'wagtailimages.image', 'wagtailimages.rendition', 'wagtailembeds.embed',
    'wagtailforms.formsubmission', 'wagtailredirects.redirect', 'wagtailsearch.indexentry', 'wagtailsearchpromotions.query',
    'wagtailsearchpromotions.querydailyhits', 'wagtailsearchpromotions.searchpromotion', 'wagtailusers.userprofile', 'taggit.tag', 'taggit.taggeditem',
    'admin.logentry', 'auth.permission', 'auth.group', 'auth.user', 'contenttypes.contenttype', 'sessions.session',
    'home.homepage', 'home.standardpage', 'home.sitesettings', 'news.newsindexpage', 'news.category', 'news.topic', 'news.articlepage',
    'news.articleauthor', 'news.relatedlink', 'news.articlepagetag', 'events.venue', 'events.eventpage', 'events.booking', 'people.person',
    'contact.formpage', 'contact.formfield']) m;

create function pg_temp.ct(name text) returns integer language sql stable as
    $$ select id from public.django_content_type where app_label || '.' || model = name $$;

insert into auth_permission (name, content_type_id, codename)
select 'Can ' || verb || ' ' || model, id, verb || '_' || model
from django_content_type, unnest(array['add', 'change', 'delete', 'view']) verb order by id, verb;
insert into auth_permission (name, content_type_id, codename)
values ('Can access the admin', pg_temp.ct('wagtailadmin.admin'), 'access_admin'),
    ('Publish any page', pg_temp.ct('wagtailcore.page'), 'publish_page'), ('Lock or unlock pages', pg_temp.ct('wagtailcore.page'), 'lock_page');

insert into django_migrations (app, name, applied)
select app, name, timestamptz '2025-02-03 08:00:00Z' + row_number() over () * interval '1 second'
from (values ('contenttypes', '0001_initial'), ('contenttypes', '0002_remove_content_type_name'), ('auth', '0001_initial'),
    ('auth', '0012_alter_user_first_name_max_length'), ('admin', '0001_initial'), ('admin', '0003_logentry_add_action_flag_choices'), ('sessions', '0001_initial'),
    ('taggit', '0001_initial'), ('taggit', '0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx'),
    ('wagtailcore', '0001_initial'), ('wagtailcore', '0096_referenceindex_referenceindex_source_object_and_more'), ('wagtailadmin', '0005_editingsession_is_editing'),
    ('wagtaildocs', '0014_alter_document_file_size'), ('wagtailembeds', '0009_embed_cache_until'), ('wagtailforms', '0005_alter_formsubmission_form_data'),
    ('wagtailimages', '0027_image_description'), ('wagtailredirects', '0008_add_verbose_name_plural'), ('wagtailsearch', '0009_remove_ngram_autocomplete'),
    ('wagtailsearchpromotions', '0007_searchpromotion_external_link_text_and_more'), ('wagtailusers', '0015_userprofile_keyboard_shortcuts'),
    ('home', '0001_initial'), ('news', '0001_initial'), ('news', '0002_articlepage_topics'), ('events', '0001_initial'), ('people', '0001_initial'), ('contact', '0001_initial')
    ) m (app, name);

insert into auth_group (id, name) values (1, 'Moderators'), (2, 'Editors'), (3, 'Front desk');
insert into auth_user (id, password, last_login, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
values (1, '!', '2025-11-02 09:15:00Z', true, 'harbourmaster', 'Ottilie', 'Brandt', 'ottilie@lantern-quay.example', true, true, '2025-02-03 08:10:00Z'),
    (2, '!', '2025-11-01 16:40:12.5Z', false, 'inez', 'Inez', 'Okafor', 'inez@lantern-quay.example', true, true, '2025-02-04 10:00:00Z'),
    (3, '!', null, false, 'tomasz', 'Tomasz', 'Ægirsson', 'tomasz@lantern-quay.example', true, true, '2025-02-05 11:30:00Z'),
    (4, '!', null, false, 'desk', '', '', 'desk@lantern-quay.example', true, false, '2025-03-01 07:00:00Z');
insert into auth_user_groups (user_id, group_id) values (2, 1), (2, 2), (3, 2), (4, 3);
insert into auth_user_user_permissions (user_id, permission_id) select 3, id from auth_permission where codename in ('add_venue', 'change_venue') order by 2;
insert into auth_group_permissions (group_id, permission_id)
select g.id, p.id from auth_group g, auth_permission p
where p.codename = 'access_admin' or g.id = 1 and p.codename ~ '_(image|document|person)$' or g.id = 3 and p.codename ~ '_booking$' order by 1, 2;
insert into wagtailusers_userprofile (submitted_notifications, approved_notifications, rejected_notifications, user_id, preferred_language, current_time_zone,
    avatar, updated_comments_notifications, dismissibles, theme, density, contrast, keyboard_shortcuts)
select true, true, id <> 3, id, case id when 3 then 'pl' else '' end, case id when 1 then 'Europe/Berlin' else '' end,
    '', true, case id when 1 then '{"editor-guide": true}' else '{}' end::jsonb, 'system', 'default', 'system', true from auth_user where id < 4 order by id;
insert into django_session (session_key, session_data, expire_date) values ('4kq0example0session0key0000000000', 'e30:sample', '2025-11-16 09:15:00Z');

insert into wagtailcore_locale (id, language_code) values (1, 'en'), (2, 'de');
insert into wagtailcore_collection (id, path, depth, numchild, name)
values (1, '0001', 1, 2, 'Root'), (2, '00010001', 2, 1, 'Ships'), (3, '000100010001', 3, 0, 'Lightvessels'), (4, '00010002', 2, 0, 'People');
insert into wagtailimages_image (id, title, file, width, height, created_at, focal_point_x, focal_point_y, focal_point_width, focal_point_height,
    uploaded_by_user_id, file_size, collection_id, file_hash, description)
select n, title, 'original_images/' || replace(lower(title), ' ', '_') || '.jpg', 1200 + 10 * n, 800, timestamptz '2025-02-10Z' + n * interval '1 hour',
    case when n = 2 then 610 end, case when n = 2 then 380 end, case when n = 2 then 200 end, case when n = 2 then 150 end,
    1 + n % 3, 90000 + 17 * n, collection, left(md5(title), 40), ''
from (values (1, 'Quay at dawn', 1), (2, 'Lightvessel Amrum Bank', 3), (3, 'Fog bell', 2), (4, 'Chart table', 2), (5, 'Sail loft', 2), (6, 'Ottilie Brandt', 4),
    (7, 'Inez Okafor', 4), (8, 'Rope walk', 1)) i (n, title, collection);
insert into wagtailimages_rendition (file, width, height, focal_point_key, filter_spec, image_id)
select 'images/' || id || '.' || spec || '.jpg', 400, 300, '', spec, id from wagtailimages_image, unnest(array['fill-400x300', 'max-165x165']) spec order by spec, id;
insert into wagtaildocs_document (id, title, file, created_at, uploaded_by_user_id, collection_id, file_size, file_hash)
values (1, 'Tide table 2026', 'documents/tides-2026.pdf', '2025-09-01 12:00:00Z', 2, 1, 48213, md5('tides')),
    (2, 'School visits', 'documents/schools.pdf', '2025-09-02 12:00:00Z', null, 1, null, '');
insert into wagtailembeds_embed (url, type, html, title, author_name, provider_name, thumbnail_url, width, height, last_updated, hash)
values ('https://video.example/fog-bell', 'video', '<iframe src="https://video.example/e/1"></iframe>', 'The fog bell', 'Lantern Quay', 'Example', '', 640, 360,
    '2025-06-01Z', md5('https://video.example/fog-bell'));
insert into taggit_tag (id, name, slug)
values (1, 'navigation', 'navigation'), (2, 'volunteers', 'volunteers'), (3, 'Ships & boats', 'ships-boats'), (4, 'crème de la mer', 'creme-de-la-mer');
insert into taggit_taggeditem (object_id, content_type_id, tag_id)
values (2, pg_temp.ct('wagtailimages.image'), 1), (2, pg_temp.ct('wagtailimages.image'), 3), (3, pg_temp.ct('wagtailimages.image'), 1),
    (1, pg_temp.ct('wagtaildocs.document'), 1);

insert into wagtailcore_page (id, path, depth, numchild, title, draft_title, slug, url_path, content_type_id, live, has_unpublished_changes, seo_title, show_in_menus,
    search_description, expired, owner_id, locked, locked_at, locked_by_id, first_published_at, last_published_at, translation_key, locale_id, alias_of_id)
select id, path, length(path) / 4, 0,
    title, title, slug, url, pg_temp.ct(model), id <> 10, id = 10, '', depth_menu, '', false, owner, id = 16, case when id = 16 then timestamptz '2025-08-01Z' end,
    case when id = 16 then 1 end, case when id > 1 and id <> 10 then timestamptz '2025-02-12Z' + id * interval '1 day' end,
    case when id > 1 and id <> 10 then timestamptz '2025-03-12 10:00:00.123456Z' + id * interval '1 day' end, md5('page ' || id)::uuid, 1, alias
from (values
    (1, '0001', 'Root', 'root', '/', 'wagtailcore.page', false, null::integer, null::integer),
    (3, '00010001', 'Lantern Quay', 'home', '/home/', 'home.homepage', false, 1, null),
    (4, '000100010001', 'Log book', 'log', '/home/log/', 'news.newsindexpage', true, 1, null),
    (5, '0001000100010001', 'The fog bell rings again', 'fog-bell', '/home/log/fog-bell/', 'news.articlepage', false, 2, null),
    (6, '0001000100010002', 'Forty coats of paint', 'forty-coats', '/home/log/forty-coats/', 'news.articlepage', false, 2, null),
    (7, '0001000100010003', 'Reading a chart by lamplight', 'lamplight', '/home/log/lamplight/', 'news.articlepage', false, 3, null),
    (8, '0001000100010004', 'Wer war Kapitän Jürß?', 'kapitaen', '/home/log/kapitaen/', 'news.articlepage', false, 3, null),
    (9, '0001000100010005', 'A rope walk in numbers', 'rope-walk', '/home/log/rope-walk/', 'news.articlepage', false, 2, null),
    (10, '0001000100010006', 'Winter plans', 'winter-plans', '/home/log/winter-plans/', 'news.articlepage', false, null, null),
    (11, '000100010002', 'On the quay', 'events', '/home/events/', 'home.standardpage', true, 1, null),
    (12, '0001000100020001', 'Knot night', 'knot-night', '/home/events/knot-night/', 'events.eventpage', false, 2, null),
    (13, '0001000100020002', 'Lightvessel open day', 'open-day', '/home/events/open-day/', 'events.eventpage', false, 2, null),
    (14, '0001000100020003', 'Shanties at high water', 'shanties', '/home/events/shanties/', 'events.eventpage', false, 3, null),
    (15, '000100010003', 'The museum', 'museum', '/home/museum/', 'home.standardpage', true, 1, null),
    (16, '0001000100030001', 'History', 'history', '/home/museum/history/', 'home.standardpage', false, 1, null),
    (17, '000100010004', 'Write to us', 'contact', '/home/contact/', 'contact.formpage', true, 1, null),
    (18, '000100010005', 'History', 'our-history', '/home/our-history/', 'home.standardpage', false, 1, 16)
    ) p (id, path, title, slug, url, model, depth_menu, owner, alias);
update wagtailcore_page p set numchild = (select count(*) from wagtailcore_page c where c.path like p.path || '____');

insert into wagtailcore_site (id, hostname, port, is_default_site, root_page_id, site_name) values (1, 'lantern-quay.example', 443, true, 3, 'Lantern Quay');
insert into home_sitesettings (footer, opening_note, site_id) values ('<p>Open at every tide.</p>', 'Closed on Mondays', 1);
insert into home_homepage (page_ptr_id, headline, introduction, body, banner_id, featured_page_id)
values (3, 'A museum that floats', '<p>Start with the <a linktype="page" id="4">log book</a>.</p>',
    '[{"id": "5b0e2f0a-0000-4000-8000-000000000301", "type": "picture", "value": {"image": 1, "caption": "The quay"}}]', 1, 13);
insert into home_standardpage (page_ptr_id, introduction, body)
values (11, '', '[]'),
    (15, '<p>Three ships and a shed.</p>', '[{"id": "5b0e2f0a-0000-4000-8000-000000001501", "type": "text", "value": "<p>See the <a linktype=\"document\" id=\"1\">tide table</a>.</p>"}]'),
    (16, '', '[{"id": "5b0e2f0a-0000-4000-8000-000000001601", "type": "quote", "value": {"text": "The sea keeps no diary.", "speaker": "M. Jürß"}}]'),
    (18, '', '[{"id": "5b0e2f0a-0000-4000-8000-000000001601", "type": "quote", "value": {"text": "The sea keeps no diary.", "speaker": "M. Jürß"}}]');

insert into people_person (id, live, has_unpublished_changes, first_published_at, last_published_at, expired, first_name, last_name, job_title, biography, mentor_id, photo_id, user_id)
values (1, true, false, '2025-02-20Z', '2025-02-21Z', false, 'Ottilie', 'Brandt', 'Harbour master', '<p>Keeps the keys.</p>', null, 6, 1),
    (2, true, false, '2025-02-20Z', '2025-02-21Z', false, 'Inez', 'Okafor', 'Curator', '', 1, 7, 2),
    (3, true, false, '2025-02-20Z', '2025-02-21Z', false, 'Tomasz', 'Ægirsson', 'Rigger', '', 1, null, 3),
    (4, false, true, null, null, false, 'Maud', 'Lindqvist', 'Volunteer', E'<p>Writes "on Tuesdays",\tnever on Mondays; path C:\\logs\nand a second line.</p>', 2, null, null);
insert into news_newsindexpage (page_ptr_id, introduction) values (4, '<p>What happened between two tides.</p>');
insert into news_category (id, name, slug, parent_id) values (1, 'Ships', 'ships', null), (2, 'Lightvessels', 'lightvessels', 1), (3, 'Restoration', 'restoration', 1), (4, 'People', 'people', null);
insert into news_topic (id, name, colour) values (1, 'Sound', '#224466'), (2, 'Paint', '#aa3311'), (3, 'Charts', '#ddcc88'), (4, 'Rope', '#887755');
insert into news_articlepage (page_ptr_id, date_published, standfirst, body, reading_minutes, lead_image_id, category_id)
values (5, '2025-03-01', '<p>After 61 years, <b>two strokes</b> a minute.</p>', '[
        {"id": "5b0e2f0a-0000-4000-8000-000000000501", "type": "text", "value": "<p>The bell came back on <a linktype=\"page\" id=\"13\">open day</a>.</p><embed alt=\"Bell\" embedtype=\"image\" format=\"left\" id=\"3\"/>"},
        {"id": "5b0e2f0a-0000-4000-8000-000000000502", "type": "picture", "value": {"image": 3, "caption": "Cast in 1903"}}]', 4, 3, 2),
    (6, '2025-03-09', '', '[{"id": "5b0e2f0a-0000-4000-8000-000000000601", "type": "picture", "value": {"image": 5, "caption": ""}},
        {"id": "5b0e2f0a-0000-4000-8000-000000000602", "type": "gallery", "value": [{"id": "5b0e2f0a-0000-4000-8000-000000000603", "type": "item", "value": 2}, {"id": "5b0e2f0a-0000-4000-8000-000000000604", "type": "item", "value": 8}]}]', 7, 5, 3),
    (7, null, '<p>By <a linktype="page" id="9">rope</a> and by lamp.</p>', '[{"id": "5b0e2f0a-0000-4000-8000-000000000701", "type": "picture", "value": {"image": 4, "caption": "Chart table"}}]', 0, 4, null),
    (8, '2025-04-30', '', '[]', 12, null, 4),
    (9, '2025-05-17', '', '[{"id": "5b0e2f0a-0000-4000-8000-000000000901", "type": "table", "value": {"rows": [["length", "310 m"], ["strands", 3]], "caption": null}}]', 2, 8, 1),
    (10, null, '', '[]', 1, null, null);
insert into news_articlepage_topics (articlepage_id, topic_id) values (5, 1), (6, 2), (7, 3), (7, 1), (9, 4);
insert into news_articleauthor (sort_order, role, page_id, person_id) values (0, 'text', 5, 2), (1, 'photographs', 5, 4), (0, 'text', 6, 3), (0, 'text', 7, 4), (0, 'text', 8, 1), (0, 'text', 9, 3);
insert into news_relatedlink (sort_order, title, url, page_id, target_page_id) values (0, 'Visit us', '', 5, 13), (1, 'Foundry', 'https://foundry.example/', 5, null), (0, 'Earlier', '', 9, 7);
insert into news_articlepagetag (content_object_id, tag_id) values (5, 1), (6, 3), (7, 1), (9, 3), (9, 4);
insert into events_venue (id, name, address, latitude, longitude, capacity)
values ('0d6f1f64-7c5d-4d9b-9a55-8b0a00000001', 'Sail loft', E'1 Lantern Quay\nShed 4', 54.3213, 10.1348, 60),
    ('0d6f1f64-7c5d-4d9b-9a55-8b0a00000002', 'Lightvessel, main deck', 'Berth 2', 54.32, 1e-7, 25);
insert into events_eventpage (page_ptr_id, starts_at, ends_at, doors_at, price, description, venue_id)
values (12, '2025-12-03 18:00:00Z', '2025-12-03 20:30:00Z', '17:30', 4.50, '<p>Bring no rope.</p>', '0d6f1f64-7c5d-4d9b-9a55-8b0a00000001'),
    (13, '2026-05-16 09:00:00Z', null, null, 0, '', '0d6f1f64-7c5d-4d9b-9a55-8b0a00000002'),
    (14, '2026-06-20 19:15:00Z', '2026-06-20 23:00:00Z', '19:00:30.25', 12.00, '', null);
insert into events_booking (id, reference, name, email, seats, paid, amount, booked_at, stay, extra, event_id)
select n, md5('booking ' || n)::uuid, 'Guest ' || n, 'guest' || n || '@mail.example', 1 + n % 4, n % 3 = 0, case when n % 3 = 0 then 4.50 * (1 + n % 4) end,
    timestamptz '2025-10-01 07:00:00Z' + n * interval '7 hours 13 minutes', case when n % 5 = 0 then interval '1 day 02:03:04.5' end,
    case when n % 2 = 0 then jsonb_build_object('diet', 'none', 'seat', n, 'ratio', 0.1 * n) end, 12 + n % 3
from generate_series(1, 40) n;
insert into contact_formpage (page_ptr_id, to_address, from_address, subject, introduction, thank_you_text)
values (17, 'desk@lantern-quay.example', '', 'From the site', '<p>We answer by the next tide.</p>', '<p>Thank you.</p>');
insert into contact_formfield (sort_order, clean_name, label, field_type, required, choices, default_value, help_text, page_id)
values (0, 'your_name', 'Your name', 'singleline', true, '', '', '', 17), (1, 'topic', 'About', 'dropdown', false, E'Visit\nDonation\nOther', 'Visit', '', 17);
insert into wagtailforms_formsubmission (form_data, submit_time, page_id)
select jsonb_build_object('your_name', 'Visitor ' || n, 'topic', 'Visit'), timestamptz '2025-07-01Z' + n * interval '3 days', 17 from generate_series(1, 6) n;

insert into wagtailcore_revision (id, created_at, content, object_id, user_id, content_type_id, base_content_type_id, object_str)
select row_number() over (order by n, p.id), timestamptz '2025-03-12 09:00:00Z' + p.id * interval '1 day' + n * interval '1 minute',
    jsonb_build_object('pk', p.id, 'path', path, 'depth', depth, 'numchild', numchild, 'title', title, 'slug', slug, 'content_type', content_type_id, 'live', live,
        'owner', owner_id, 'locale', locale_id, 'translation_key', translation_key, 'draft', n = 1, 'lead_image', a.lead_image_id, 'body', a.body::text, 'comments', '[]'::jsonb),
    p.id::text, coalesce(owner_id, 1), content_type_id, pg_temp.ct('wagtailcore.page'), title
from wagtailcore_page p left join news_articlepage a on a.page_ptr_id = p.id, generate_series(1, 2) n where p.id > 1 and alias_of_id is null and (n = 2 or p.id in (5, 6, 10));
insert into wagtailcore_revision (id, created_at, content, object_id, user_id, content_type_id, base_content_type_id, object_str)
select 100 + id, '2025-02-21 08:00:00Z', jsonb_build_object('pk', id, 'first_name', first_name, 'last_name', last_name, 'photo', photo_id), id::text, 1,
    pg_temp.ct('people.person'), pg_temp.ct('people.person'), first_name || ' ' || last_name from people_person;
update people_person set latest_revision_id = 100 + id, live_revision_id = case when live then 100 + id end;
update wagtailcore_page p set latest_revision_id = r.id, latest_revision_created_at = r.created_at, live_revision_id = case when live then r.id end
from (select distinct on (object_id) * from wagtailcore_revision where id < 100 order by object_id, id desc) r where r.object_id = p.id::text;

-- History: Wagtail declares these columns without a constraint, so they outlive what they name. Page 2 is the welcome page of every new site, deleted at once.
insert into wagtailcore_pagelogentry (label, action, data, "timestamp", content_changed, deleted, content_type_id, page_id, revision_id, user_id, uuid)
values ('Welcome to your new Wagtail site!', 'wagtail.delete', '{}', '2025-02-03 08:20:00Z', false, true, pg_temp.ct('wagtailcore.page'), 2, null, null, null),
    ('A page of last summer', 'wagtail.delete', '{}', '2025-09-09 10:00:00Z', false, true, pg_temp.ct('news.articlepage'), 99, null, 2, md5('log 99')::uuid);
insert into wagtailcore_pagelogentry (label, action, data, "timestamp", content_changed, deleted, content_type_id, page_id, revision_id, user_id, uuid)
select object_str, 'wagtail.publish', jsonb_build_object('revision', jsonb_build_object('id', id, 'created', created_at)), created_at, true, false, content_type_id, object_id::integer, id,
    user_id, md5('log ' || id)::uuid from wagtailcore_revision where id < 100 and object_id <> '10' order by id;
insert into wagtailcore_modellogentry (label, action, data, "timestamp", content_changed, deleted, object_id, content_type_id, user_id, uuid, revision_id)
select object_str, 'wagtail.create', '{}', created_at, true, false, object_id, content_type_id, user_id, md5('model log ' || id)::uuid, id from wagtailcore_revision where id > 100 order by id;
insert into wagtailcore_modellogentry (label, action, data, "timestamp", content_changed, deleted, object_id, content_type_id, user_id, uuid)
values ('Blurred photograph', 'wagtail.delete', '{}', '2025-06-01Z', false, true, '77', pg_temp.ct('wagtailimages.image'), 2, md5('model log 77')::uuid);
insert into django_admin_log (action_time, object_id, object_repr, action_flag, change_message, content_type_id, user_id)
values ('2025-02-05 11:30:00Z', '3', 'tomasz', 1, '[{"added": {}}]', pg_temp.ct('auth.user'), 1), ('2025-08-05Z', '8', 'intern', 3, '', pg_temp.ct('auth.user'), 1);

insert into wagtailcore_grouppagepermission (group_id, page_id, permission_id)
select g, 1, id from auth_permission, generate_series(1, 2) g where content_type_id = pg_temp.ct('wagtailcore.page') and codename in ('add_page', 'change_page', 'publish_page') and (g = 1 or codename <> 'publish_page') order by 1, 3;
insert into wagtailcore_groupcollectionpermission (collection_id, group_id, permission_id)
select 1, 2, id from auth_permission where codename in ('add_image', 'change_image', 'add_document') order by 3;
insert into wagtailcore_groupsitepermission (group_id, permission_id, site_id) select 1, id, 1 from auth_permission where codename = 'change_sitesettings';
insert into wagtailcore_pageviewrestriction (id, password, page_id, restriction_type) values (1, '', 10, 'groups');
insert into wagtailcore_pageviewrestriction_groups (pageviewrestriction_id, group_id) values (1, 2), (1, 3);
insert into wagtailcore_collectionviewrestriction (id, restriction_type, password, collection_id) values (1, 'login', '', 4);
insert into wagtailcore_task (id, name, active, content_type_id) values (1, 'Moderators approve', true, pg_temp.ct('wagtailcore.groupapprovaltask'));
insert into wagtailcore_groupapprovaltask (task_ptr_id) values (1);
insert into wagtailcore_groupapprovaltask_groups (groupapprovaltask_id, group_id) values (1, 1);
insert into wagtailcore_workflow (id, name, active) values (1, 'Before it goes out', true);
insert into wagtailcore_workflowtask (sort_order, task_id, workflow_id) values (0, 1, 1);
insert into wagtailcore_workflowpage (page_id, workflow_id) values (1, 1);
insert into wagtailcore_workflowcontenttype (content_type_id, workflow_id) values (pg_temp.ct('people.person'), 1);
insert into wagtailcore_workflowstate (id, status, created_at, current_task_state_id, object_id, requested_by_id, workflow_id, content_type_id, base_content_type_id)
values (1, 'in_progress', '2025-11-01Z', 1, '10', 3, 1, pg_temp.ct('news.articlepage'), pg_temp.ct('wagtailcore.page'));
insert into wagtailcore_taskstate (id, status, started_at, content_type_id, revision_id, task_id, workflow_state_id, comment)
select 1, 'in_progress', '2025-11-01Z', pg_temp.ct('wagtailcore.taskstate'), latest_revision_id, 1, 1, '' from wagtailcore_page where id = 10;
insert into wagtailcore_comment (id, text, contentpath, "position", created_at, updated_at, page_id, revision_created_id, user_id)
select 1, 'Which year?', 'body.5b0e2f0a-0000-4000-8000-000000000501', '', '2025-04-01Z', '2025-04-01Z', 5, latest_revision_id, 3 from wagtailcore_page where id = 5;
insert into wagtailcore_commentreply (text, created_at, updated_at, comment_id, user_id) values ('1903.', '2025-04-02Z', '2025-04-02Z', 1, 2);
insert into wagtailcore_pagesubscription (comment_notifications, page_id, user_id) values (true, 5, 2), (true, 5, 3);
insert into wagtailadmin_editingsession (object_id, last_seen_at, content_type_id, user_id, is_editing) values ('10', '2025-11-02 09:16:00Z', pg_temp.ct('news.articlepage'), 1, true);
insert into wagtailredirects_redirect (id, old_path, is_permanent, redirect_link, redirect_page_id, site_id, automatically_created, created_at, redirect_page_route_path)
values (1, '/bell', true, '', 5, 1, false, '2025-03-02Z', ''), (2, '/shop', false, 'https://shop.example/', null, null, false, '2025-03-02Z', ''), (3, '/about', true, '', 15, 1, true, '2025-03-03Z', '');
insert into wagtailsearchpromotions_query (id, query_string) values (1, 'tickets'), (2, 'bell');
insert into wagtailsearchpromotions_querydailyhits (date, hits, query_id) values ('2025-10-30', 14, 1), ('2025-10-31', 9, 1), ('2025-10-31', 2, 2);
insert into wagtailsearchpromotions_searchpromotion (sort_order, description, page_id, query_id, external_link_url) values (0, 'The open day', 13, 1, ''), (0, '', 5, 2, '');

-- Derived by Wagtail from the rows above.
insert into wagtailsearch_indexentry (object_id, title_norm, content_type_id, autocomplete, title, body)
select id::text, 1, content_type_id, to_tsvector('simple', title), to_tsvector('english', title), to_tsvector('english', url_path) from wagtailcore_page where id > 1
union all select id::text, 1, pg_temp.ct('wagtailimages.image'), to_tsvector('simple', title), to_tsvector('english', title), '' from wagtailimages_image
order by 3, 1;
insert into wagtailcore_referenceindex (object_id, to_object_id, model_path, content_path, content_path_hash, base_content_type_id, content_type_id, to_content_type_id)
select source, target, model_path, content_path, md5(content_path)::uuid, pg_temp.ct(base), pg_temp.ct(model), pg_temp.ct(target_model)
from (
    select a.page_ptr_id::text, a.lead_image_id::text, 'lead_image', 'lead_image', 'wagtailcore.page', 'news.articlepage', 'wagtailimages.image' from news_articlepage a where lead_image_id is not null
    union all select a.page_ptr_id::text, e -> 'value' ->> 'image', 'body.picture.image', 'body.' || (e ->> 'id') || '.image', 'wagtailcore.page', 'news.articlepage', 'wagtailimages.image'
        from news_articlepage a, jsonb_array_elements(body) e where e ->> 'type' = 'picture'
    union all select a.page_ptr_id::text, i ->> 'value', 'body.gallery.item', 'body.' || (e ->> 'id') || '.' || (i ->> 'id'), 'wagtailcore.page', 'news.articlepage', 'wagtailimages.image'
        from news_articlepage a, jsonb_array_elements(body) e, lateral jsonb_array_elements(e -> 'value') i where e ->> 'type' = 'gallery'
    union all values ('5', '13', 'body.text', 'body.5b0e2f0a-0000-4000-8000-000000000501', 'wagtailcore.page', 'news.articlepage', 'wagtailcore.page'),
        ('5', '3', 'body.text', 'body.5b0e2f0a-0000-4000-8000-000000000501', 'wagtailcore.page', 'news.articlepage', 'wagtailimages.image'),
        ('7', '9', 'standfirst', 'standfirst', 'wagtailcore.page', 'news.articlepage', 'wagtailcore.page'),
        ('3', '4', 'introduction', 'introduction', 'wagtailcore.page', 'home.homepage', 'wagtailcore.page'),
        ('3', '1', 'banner', 'banner', 'wagtailcore.page', 'home.homepage', 'wagtailimages.image'),
        ('3', '1', 'body.picture.image', 'body.5b0e2f0a-0000-4000-8000-000000000301.image', 'wagtailcore.page', 'home.homepage', 'wagtailimages.image'),
        ('15', '1', 'body.text', 'body.5b0e2f0a-0000-4000-8000-000000001501', 'wagtailcore.page', 'home.standardpage', 'wagtaildocs.document'),
        ('1', '6', 'photo', 'photo', 'people.person', 'people.person', 'wagtailimages.image'), ('2', '7', 'photo', 'photo', 'people.person', 'people.person', 'wagtailimages.image')
    ) r (source, target, model_path, content_path, base, model, target_model)
order by model, source::integer, content_path, target_model;

-- Rows with ids of their own leave the sequences behind.
do $$
declare t record; last bigint;
begin
    for t in select c.oid::regclass as name, pg_get_serial_sequence(c.oid::regclass::text, 'id') as seq from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'id'
        where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and a.attidentity <> '' loop
        execute format('select max(id) from %s', t.name) into last;
        if last is not null then perform setval(t.seq, last); end if;
    end loop;
end $$;
commit;
