-- What the migration of a new page type leaves in the sample site, for trying the guide: the model news.podcast, whose fields are those of news.newsindexpage
-- with new_ before their names, and one more.
insert into django_content_type (app_label, model) values ('news', 'podcast');
create table news_podcast (
    page_ptr_id integer not null primary key references wagtailcore_page deferrable initially deferred,
    new_introduction text not null,
    keywords varchar(255) not null,
    explicit smallint not null
);
