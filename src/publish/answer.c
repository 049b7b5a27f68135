#include "publish/answer.h"

#include "base/buf.h"
#include "format/html_parts.h"
#include "format/json.h"

enum { NESTED_MAX = 4 };

/* Blanks of any kind and number become one; what is not text becomes '?'. Appends. */
static void add_plain(struct buf *out, struct bytes text)
{
	bool is_text = bytes_is_utf8(text);
	for (size_t i = 0; i < text.size; i++) {
		unsigned char c = text.data[i];
		if (byte_is_blank(c) || c == '\0') {
			if (out->size && out->data[out->size - 1] != ' ')
				buf_add_byte(out, ' ');
		} else
			buf_add_byte(out, c < ' ' || c == 0x7f || (c >= 0x80 && !is_text) ? '?' : c);
	}
}

/* ---- JSON ---- */

/* {"message": "..."}, {"detail": [{"msg": "..."}]}, {"errors": [{"status": 403, "message": "..."}]}: to the first words.
 * depth: how often it may go into what it finds. */
static struct bytes words_of_json(const struct json *value, unsigned depth)
{
	static const char *const keys[] = { "message", "msg",    "detail", "description", "error_description",
					    "error",   "errors", "title",  "code" };
	if (value->type == JSON_TYPE_STRING)
		return value->string;
	for (size_t i = 0; depth && value->type == JSON_TYPE_OBJECT && i < COUNT(keys); i++) {
		const struct json *inner = json_find(value, keys[i]);
		struct bytes words = inner ? words_of_json(inner, depth - 1) : (struct bytes){ NULL, 0 };
		if (words.size)
			return words;
	}
	bool has_first = depth && value->type == JSON_TYPE_ARRAY && value->n_items;
	return has_first ? words_of_json(&value->items[0], depth - 1) : (struct bytes){ NULL, 0 };
}

/* ---- HTML ---- */

static bool is_unseen(struct bytes name)
{
	static const struct bytes names[] = { LIT("head"), LIT("style"), LIT("script"), LIT("title") };
	for (size_t i = 0; i < COUNT(names); i++)
		if (bytes_equal_nocase(name, names[i]))
			return true;
	return false;
}

/* Text between tags; of the head only when the body says nothing. */
static void add_html(struct buf *out, struct bytes page, bool of_head, struct arena *a)
{
	struct bytes unseen = { NULL, 0 }; /* the element whose end is waited for */
	while (page.size) {
		struct html_tag tag = { 0 };
		size_t text = bytes_find(page, '<');
		if (!unseen.data || (of_head && bytes_equal_nocase(unseen, BYTES("title"))))
			add_plain(out, html_decode(bytes_part(page, 0, text), a));
		page = bytes_from(page, text);
		if (!page.size)
			break;
		size_t size = html_tag_read(page, &tag);
		page = bytes_from(page, size);
		if (!unseen.data && !tag.closing && is_unseen(tag.name) && !(of_head && bytes_equal_nocase(tag.name, BYTES("head"))))
			unseen = tag.name;
		else if (unseen.data && tag.closing && bytes_equal_nocase(tag.name, unseen))
			unseen = (struct bytes){ NULL, 0 };
		if (!unseen.data)
			add_plain(out, BYTES(" "));
	}
}

/* ---- either ---- */

static bool begins_like(struct bytes body, const char *begin)
{
	return bytes_starts(bytes_trim(body), bytes_of(begin));
}

static bool has_word(struct bytes type, const char *word)
{
	return bytes_search(type, bytes_of(word)) < type.size;
}

struct bytes answer_words(struct bytes body, struct bytes content_type, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	const struct json *root;
	buf_init(&out, body.size * 2 + 64);
	if (bytes_find(body, '\0') < body.size) /* no text at all */
		return (struct bytes){ NULL, 0 };
	if ((has_word(content_type, "json") || begins_like(body, "{")) && json_parse(body, a, &root, NULL) == OK)
		add_plain(&out, words_of_json(root, NESTED_MAX));
	else if (has_word(content_type, "html") || begins_like(body, "<")) {
		add_html(&out, body, false, a);
		if (!bytes_trim(buf_bytes(&out)).size)
			add_html(&out, body, true, a);
	} else
		add_plain(&out, body);
	return arena_copy(a, bytes_trim(buf_bytes(&out)));
}

bool answer_says_exists(struct bytes words)
{
	/* Of the registries that reference/publishing.md section 4 lists. */
	static const struct bytes signs[] = {
		LIT("already exist"),    LIT("already been taken"), LIT("cannot be updated"),    LIT("not allow updating"),
		LIT("delete/overwrite"), LIT("overwrite artifact"), LIT("previously been used"), LIT("filename was previously"),
	};
	for (size_t i = 0; i < COUNT(signs); i++)
		for (size_t at = 0; at + signs[i].size <= words.size; at++)
			if (bytes_equal_nocase(bytes_part(words, at, signs[i].size), signs[i]))
				return true;
	return false;
}
