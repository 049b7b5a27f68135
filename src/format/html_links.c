#include "format/html_links.h"

#include "base/buf.h"
#include "format/html_parts.h"

struct page_reader {
	struct bytes page;
	size_t at;
	struct arena *a;
	struct diag *d;
	struct html_link *links;
	size_t n_links;
	struct html_page result;
	bool in_link; /* text belongs to the last link */
	struct buf text; /* raw */
};

static void page_reader_done(struct page_reader *r)
{
	buf_done(&r->text);
}

static bool tag_is(const struct html_tag *tag, const char *name)
{
	return bytes_equal_nocase(tag->name, bytes_of(name));
}

/* The first attribute of that name, decoded; data NULL when it is not there, empty when it has no value. */
static struct bytes attribute(const struct html_tag *tag, const char *wanted, struct arena *a)
{
	struct bytes rest = tag->attributes, name, value;
	while (html_attribute_next(&rest, &name, &value))
		if (bytes_equal_nocase(name, bytes_of(wanted)))
			return html_decode(value, a);
	return (struct bytes){ NULL, 0 };
}

static void close_link(struct page_reader *r)
{
	if (r->in_link)
		r->links[r->n_links - 1].text = bytes_trim(html_decode(buf_bytes(&r->text), r->a));
	r->in_link = false;
	buf_clear(&r->text);
}

static enum status open_link(struct page_reader *r, const struct html_tag *tag)
{
	struct html_link link = { .href = attribute(tag, "href", r->a), .offset = r->at };
	close_link(r);
	if (!link.href.data)
		return OK;
	if (r->n_links == HTML_MAX_LINKS)
		return fail(r->d, ERR_LIMIT, r->at, "a page of more than %d links", HTML_MAX_LINKS);
	link.href = bytes_trim(link.href);
	link.requires_python = attribute(tag, "data-requires-python", r->a);
	link.yanked = attribute(tag, "data-yanked", r->a);
	link.core_metadata = attribute(tag, "data-core-metadata", r->a);
	if (!link.core_metadata.data)
		link.core_metadata = attribute(tag, "data-dist-info-metadata", r->a);
	r->links = arena_grow(r->a, r->links, r->n_links, sizeof *r->links);
	r->links[r->n_links++] = link;
	r->in_link = true;
	return OK;
}

/* Elements whose content is no markup: steps to their closing tag, or to the end. */
static void skip_raw_text(struct page_reader *r, const struct html_tag *tag)
{
	static const char *const names[] = { "script", "style", "textarea", "title", "template", "noscript" };
	bool raw = false;
	for (size_t i = 0; i < COUNT(names); i++)
		raw = raw || tag_is(tag, names[i]);
	while (raw && r->at < r->page.size) {
		r->at += bytes_search(bytes_from(r->page, r->at), BYTES("</"));
		struct bytes rest = bytes_from(r->page, r->at);
		if (rest.size == 0 || bytes_equal_nocase(bytes_part(rest, 2, tag->name.size), tag->name))
			return;
		r->at += 2;
	}
}

static void take_meta(struct page_reader *r, const struct html_tag *tag)
{
	struct html_page *page = &r->result;
	const struct {
		const char *name;
		struct bytes *value;
	} rows[] = {
		{ "pypi:repository-version", &page->repository_version },
		{ "pypi:project-status", &page->project_status },
		{ "pypi:project-status-reason", &page->project_status_reason },
	};
	struct bytes name = attribute(tag, "name", r->a);
	for (size_t i = 0; i < COUNT(rows); i++)
		if (!rows[i].value->data && bytes_equal_nocase(name, bytes_of(rows[i].name)))
			*rows[i].value = attribute(tag, "content", r->a);
}

static enum status take_tag(struct page_reader *r, const struct html_tag *tag)
{
	if (tag_is(tag, "a")) {
		if (!tag->closing)
			return open_link(r, tag);
		close_link(r);
	} else if (tag_is(tag, "base") && !r->result.base_href.data) {
		r->result.base_href = attribute(tag, "href", r->a);
	} else if (tag_is(tag, "meta")) {
		take_meta(r, tag);
	}
	return OK;
}

static enum status read_page(struct page_reader *r)
{
	while (r->at < r->page.size) {
		struct bytes rest = bytes_from(r->page, r->at);
		size_t text = bytes_find(rest, '<');
		if (r->in_link)
			buf_add(&r->text, bytes_part(rest, 0, text));
		r->at += text;
		if (text == rest.size)
			break;
		struct html_tag tag;
		size_t size = html_tag_read(bytes_from(r->page, r->at), &tag);
		if (size == 1 && r->in_link)
			buf_add_byte(&r->text, '<');
		enum status s = tag.name.size ? take_tag(r, &tag) : OK;
		if (s)
			return s;
		r->at += size;
		if (!tag.closing && tag.name.size)
			skip_raw_text(r, &tag);
	}
	close_link(r);
	return OK;
}

enum status html_links_parse(struct bytes page, struct arena *a, struct html_page *ret, struct diag *d)
{
	if (page.size > HTML_MAX_SIZE)
		return fail(d, ERR_LIMIT, HTML_MAX_SIZE, "a page of %zu bytes; at most %d are read", page.size, HTML_MAX_SIZE);
	CLEANUP(page_reader_done) struct page_reader r = { .page = page, .a = a, .d = d };
	buf_init(&r.text, HTML_MAX_SIZE); /* never longer than the page */
	enum status s = read_page(&r);
	if (s)
		return s;
	r.result.links = r.links;
	r.result.n_links = r.n_links;
	*ret = r.result;
	return OK;
}
