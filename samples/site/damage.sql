-- Damage to the sample site, as manual SQL, interrupted deletes and careless restores leave it. Needs a superuser.
-- Each statement says which rows lose their target; README.md beside this file has them as a table.

begin;
set local search_path = public;
set local session_replication_role = replica;

-- ForeignKey: person 4 is gone; author rows 2 and 4 name them. Generic: revision 104 and model log entry 4 do, too.
delete from people_person where id = 4;
-- ForeignKey: an image in a collection that never was.
update wagtailimages_image set collection_id = 55 where id = 8;
-- ForeignKey, many-to-many: topic 4 is gone; row 5 of the automatic table names it.
delete from news_topic where id = 4;
-- ForeignKey, self reference: category 1 is gone; categories 2 and 3 have it as parent, article 9 is in it.
delete from news_category where id = 1;
-- ForeignKey, key of another type: the venue of event 12 is gone.
delete from events_venue where id = '0d6f1f64-7c5d-4d9b-9a55-8b0a00000001';
-- ForeignKey: bookings of an event that is gone in both halves.
insert into events_booking (id, reference, name, email, seats, paid, booked_at, event_id)
values (901, md5('booking 901')::uuid, 'Guest 901', 'guest901@mail.example', 2, false, '2025-11-01Z', 700), (902, md5('booking 902')::uuid, 'Guest 902', 'guest902@mail.example', 1, false, '2025-11-01Z', 700);

-- Unvalidated: the constraint is NOT VALID and redirect 901 breaks it.
alter table wagtailredirects_redirect drop constraint wagtailredirects_red_redirect_page_id_b5728a8f_fk_wagtailco;
insert into wagtailredirects_redirect (id, old_path, is_permanent, redirect_link, redirect_page_id, site_id, automatically_created, redirect_page_route_path)
values (901, '/old-shop', true, '', 501, 1, false, '');
alter table wagtailredirects_redirect add constraint wagtailredirects_red_redirect_page_id_b5728a8f_fk_wagtailco
    foreign key (redirect_page_id) references wagtailcore_page (id) deferrable initially deferred not valid;

-- Inheritance, child without parent: page 9 is gone, its article stays.
-- Generic: its revision and what the reference index says from it and to it. Embedded: the standfirst of article 7 links to it.
delete from wagtailcore_page where id = 9;
-- Inheritance, parent without child: the article of page 8 is gone, the page stays (ForeignKey: author row 5. Generic: revision 9, index entry).
delete from news_articlepage where page_ptr_id = 8;
-- Tree: page 15 is gone in both halves; page 16 has no parent. Unvalidated: redirect 3. Generic: its revision, index entry and reference index row.
delete from home_standardpage where page_ptr_id = 15;
delete from wagtailcore_page where id = 15;

-- Generic: tags of an image that never was, and of a content type that never was (the latter a ForeignKey too).
insert into taggit_taggeditem (id, object_id, content_type_id, tag_id)
values (901, 4711, (select id from django_content_type where app_label = 'wagtailimages' and model = 'image'), 2), (902, 1, 999, 2);

-- Embedded: image 4 is gone; the body of article 7 shows it (ForeignKey: its lead image, two renditions. Generic: two reference index rows, index entry).
delete from wagtailimages_image where id = 4;

-- Implied: the constraint is gone and link 1 points nowhere.
alter table news_relatedlink drop constraint news_relatedlink_target_page_id_b20d7c10_fk_wagtailco;
update news_relatedlink set target_page_id = 602 where id = 1;

-- Soft: a user that history still names.
insert into wagtailcore_pagelogentry (id, label, action, data, "timestamp", content_changed, deleted, content_type_id, page_id, revision_id, user_id, uuid)
values (901, 'Winter plans', 'wagtail.edit', '{}', '2025-11-01Z', true, false, (select content_type_id from wagtailcore_page where id = 10), 10, 4040, 17, md5('log 901')::uuid);

-- A stale content type with a permission that a group still has.
insert into django_content_type (id, app_label, model) values (901, 'shop', 'order');
insert into auth_permission (id, name, content_type_id, codename) values (901, 'Can add order', 901, 'add_order');
insert into auth_group_permissions (id, group_id, permission_id) values (901, 3, 901);
commit;
