/* SPDX-License-Identifier: MIT */
#include "connectors/scim_p.h"

#define TRIES_MAX 3
#define PAGES_MAX 100000
#define EMPTY_MAX 50 /* pages with nothing in them, one after the other */

void scim_ids_add(TALLOC_CTX *ctx, struct scim_ids *ids, const char *id)
{
	mem_grow(ctx, ids->list, ids->n + 1, &ids->capacity);
	ids->list[ids->n++] = id;
}

/* ---- where it stands ---- */

static void begin(struct scim_list *list)
{
	mem_free(list->seen);
	list->seen = table_new(list);
	list->start = 1;
	list->cursor = NULL;
	list->pages = list->empty = 0;
	list->total = -1;
	list->received = list->distinct = list->repeated = list->nameless = 0;
	list->changed = list->lying = false;
}

static enum scim_paging mode_of(const struct session *s)
{
	const char *set = settings_text(s->settings, "paging");

	if (strcmp(set, "index") == 0)
		return PAGING_INDEX;
	if (strcmp(set, "cursor") == 0)
		return PAGING_CURSOR;
	if (strcmp(set, "none") == 0)
		return PAGING_NONE;
	return s->dialect->paging != PAGING_AUTO ? s->dialect->paging : s->server.paging;
}

static int count_of(const struct session *s)
{
	int count = (int)settings_number(s->settings, "page_size");

	if (s->dialect->page_size > 0 && count > s->dialect->page_size)
		count = s->dialect->page_size;
	if (s->server.page_size > 0 && count > s->server.page_size)
		count = s->server.page_size;
	return count;
}

struct scim_list *scim_list_new(TALLOC_CTX *ctx, const struct session *s,
				const char *what, const char *path, const char *query)
{
	struct scim_list *list = mem_new(ctx, struct scim_list);

	list->what = what;
	list->path = path;
	list->query = query;
	list->mode = mode_of(s);
	list->count = count_of(s);
	list->sort = s->server.sort && !s->dialect->no_sort && query == NULL;
	begin(list);
	return list;
}

static void finish(struct scim_list *list, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Only the first reason is kept. */
static void finish(struct scim_list *list, const char *fmt, ...)
{
	va_list args;

	list->done = true;
	if (fmt == NULL || list->why != NULL)
		return;
	va_start(args, fmt);
	list->why = mem_vprintf(list, fmt, args);
	va_end(args);
}

/* ---- asking ---- */

static void add(struct str *url, const char *name, const char *value)
{
	str_addf(url, "%c%s=%s", strchr(url->text, '?') ? '&' : '?', name, value);
}

static void add_number(struct str *url, const char *name, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	add(url, name, text);
}

static const char *url_of(TALLOC_CTX *ctx, const struct scim_list *list)
{
	struct str *url = str_new(ctx);

	str_add(url, list->path);
	if (list->query != NULL)
		str_addf(url, "?%s", list->query);
	if (list->mode == PAGING_CURSOR)
		add(url, "cursor",
		    list->cursor ? url_encode(ctx, list->cursor, strlen(list->cursor))
				 : "");
	else if (list->mode != PAGING_NONE)
		add_number(url, "startIndex", list->start);
	if (list->mode != PAGING_NONE && list->count > 0)
		add_number(url, "count", list->count);
	if (list->sort)
		add(url, "sortBy", "id");
	return str_take(ctx, url);
}

static bool is_type(const struct scim_reply *reply, const char *type)
{
	return strcasecmp(reply->type, type) == 0;
}

/* From the first page once more, up to a limit; why is what it was for. */
static void again(struct scim_list *list, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void again(struct scim_list *list, const char *fmt, ...)
{
	AUTO_MEM char *why = NULL;
	va_list args;

	va_start(args, fmt);
	why = mem_vprintf(NULL, fmt, args);
	va_end(args);
	if (++list->tries < TRIES_MAX)
		begin(list);
	else
		finish(list, "%s", why);
}

/* What can be done about a refusal, or it is the end: of the pull when nothing came
 * yet, else of this listing. */
static struct err *take_refusal(struct session *s, struct scim_list *list,
				const struct scim_reply *reply)
{
	struct err *err;

	if (reply->status == 400 && list->sort && list->pages == 0) {
		list->sort = false;
		return NULL;
	}
	if (reply->status == 400 && list->count > 0 && is_type(reply, "invalidCount") &&
	    list->tries < TRIES_MAX) {
		list->count = 0;
		again(list, "the server refuses every number of entries a page");
		return NULL;
	}
	if (list->cursor != NULL &&
	    (is_type(reply, "invalidCursor") || is_type(reply, "expiredCursor"))) {
		again(list, "the server lost its place in the list of %s again and again",
		      list->what);
		return NULL;
	}
	err = scim_refused(s, list->what, reply);
	if (list->pages == 0 || err_class(err) == ERR_LATER || reply->status == 401)
		return err;
	finish(list, "page %u: %s", list->pages + 1, err_text(err));
	err_free(err);
	return NULL;
}

/* ---- what a page says ---- */

struct page {
	json_t *resources; /* an array */
	int64_t n, fresh;
	const char *next; /* cursor, or NULL */
	bool listed;      /* there were resources, or a total */
};

static json_t *resources_of(TALLOC_CTX *ctx, const struct scim_reply *reply)
{
	json_t *found = json_member(reply->json, "Resources");
	json_t *array;

	if (json_is_array(found))
		return found;
	array = json_array();
	if (json_is_object(found))
		json_array_append(array, found);
	json_object_set_new(reply->json, "dirbridge:resources", array);
	(void)ctx;
	return array;
}

static void take_ids(struct scim_list *list, struct page *page)
{
	json_t *resource;
	size_t i;

	json_array_foreach(page->resources, i, resource)
	{
		char *id = scim_id(list->seen, resource);

		if (id == NULL)
			list->nameless++;
		else if (table_add(list->seen, id, strlen(id), 0) == TABLE_NONE)
			page->fresh++;
		else
			mem_free(id);
	}
	page->n = (int64_t)json_array_size(page->resources);
}

static void take_total(struct scim_list *list, json_t *json)
{
	int64_t total;

	if (!json_number(json_member(json, "totalResults"), &total))
		return;
	if (list->total >= 0 && total != list->total)
		list->changed = true;
	list->total = total;
}

static void read_page(TALLOC_CTX *ctx, struct scim_list *list,
		      const struct scim_reply *reply, struct page *page)
{
	const char *next = json_string_value(json_member(reply->json, "nextCursor"));

	*page = (struct page){ .resources = resources_of(ctx, reply) };
	take_total(list, reply->json);
	page->listed = json_member(reply->json, "Resources") != NULL || list->total >= 0;
	page->next = next != NULL && *next != '\0' ? next : NULL;
	take_ids(list, page);
	list->pages++;
	list->received += page->n;
	list->distinct += page->fresh;
}

/* ---- whether that was all ---- */

/* The end is reached: is everything there? */
static void conclude(struct scim_list *list)
{
	long long distinct = list->distinct, total = list->total;

	if (list->nameless > 0)
		finish(list, "%lld %s came without an id", (long long)list->nameless,
		       list->what);
	else if (list->changed)
		again(list, "the number of %s changed while they were listed",
		      list->what);
	else if (total > distinct)
		again(list, "the server has %lld %s and listed %lld", total, list->what,
		      distinct);
	else if (list->repeated > 0)
		again(list, "%lld %s came more than once in one listing",
		      (long long)list->repeated, list->what);
	else
		finish(list, NULL);
}

static void go_by_cursor(struct scim_list *list, const struct page *page)
{
	list->repeated += page->n - page->fresh;
	list->empty = page->n == 0 ? list->empty + 1 : 0;
	if (page->next == NULL)
		conclude(list);
	else if ((list->cursor != NULL && strcmp(list->cursor, page->next) == 0) ||
		 (page->n > 0 && page->fresh == 0) || list->empty > EMPTY_MAX)
		again(list, "the server sends the same page of %s again and again",
		      list->what);
	else
		list->cursor = mem_strdup(list->seen, page->next);
}

/* A total that is just what the first page holds may be no more than its size, and one
 * that is passed is none: then an empty page, or one with nothing new, is the end. */
static void go_by_index(struct scim_list *list, const struct page *page)
{
	bool stuck = page->n > 0 && page->fresh == 0;

	list->start += page->n;
	list->lying |= list->total >= 0 && list->distinct > list->total;
	if (list->lying) {
		list->total = -1;
		list->changed = false;
	}
	if (page->n == 0 ||
	    (stuck && list->total >= 0 && list->distinct >= list->total)) {
		conclude(list);
	} else if (stuck) {
		again(list,
		      list->pages == 2
			      ? "the server sends the same page of %s again and again; "
				"if "
				"it sends everything at once, say paging: none"
			      : "the server sends the same page of %s again and again",
		      list->what);
	} else {
		list->repeated += page->n - page->fresh;
		if (list->total >= 0 && list->start > list->total && list->pages > 1 &&
		    !list->lying)
			conclude(list);
	}
}

/* Asked for a cursor, and answered by numbers. */
static bool knows_no_cursor(const struct scim_list *list, const struct page *page)
{
	return list->pages == 1 && page->next == NULL && list->total > page->n;
}

static void go_on(struct scim_list *list, const struct page *page)
{
	if (!page->listed)
		finish(list, "page %u of %s is no list", list->pages, list->what);
	else if (page->next != NULL && list->mode != PAGING_NONE)
		list->mode = PAGING_CURSOR;
	else if (list->mode == PAGING_CURSOR && knows_no_cursor(list, page))
		list->mode = PAGING_INDEX;
	if (list->done)
		return;
	if (list->mode == PAGING_CURSOR)
		go_by_cursor(list, page);
	else if (list->mode == PAGING_NONE)
		conclude(list);
	else
		go_by_index(list, page);
	if (list->pages >= PAGES_MAX)
		finish(list, "the list of %s has no end", list->what);
}

static void note_lie(struct session *s, const struct scim_list *list)
{
	if (list->done && list->lying)
		sink_note(s->sink, NOTE_FINDING,
			  "the server says that it has fewer %s than it lists: %lld were "
			  "listed, and read up to an empty page",
			  list->what, (long long)list->distinct);
}

struct err *scim_list_next(struct session *s, struct scim_list *list, TALLOC_CTX *ctx,
			   json_t **resources)
{
	const char *url = url_of(ctx, list);
	struct scim_reply reply;
	struct page page;
	struct err *err = scim_get(s, ctx, url, &reply);

	*resources = NULL;
	if (err != NULL)
		return err_wrap(err, "read %s, page %u", list->what, list->pages + 1);
	sink_note(s->sink, NOTE_SEARCH, "curl '%s%s'", s->root, url);
	if (reply.status != 200)
		return take_refusal(s, list, &reply);
	read_page(ctx, list, &reply, &page);
	go_on(list, &page);
	if (page.next != NULL && s->server.paging == PAGING_AUTO)
		s->server.paging = PAGING_CURSOR;
	note_lie(s, list);
	*resources = page.resources;
	return NULL;
}

struct err *scim_list_ids(struct session *s, TALLOC_CTX *ctx, const char *what,
			  const char *path, const char *query, struct scim_ids *ids,
			  const char **why)
{
	struct scim_list *list = scim_list_new(ctx, s, what, path, query);
	unsigned tries = 0;
	struct err *err = NULL;

	while (err == NULL && !list->done) {
		AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
		json_t *resources, *resource;
		size_t i;

		if (list->tries != tries)
			ids->n = 0;
		tries = list->tries;
		err = scim_list_next(s, list, tmp, &resources);
		json_array_foreach(err == NULL ? resources : NULL, i, resource)
		{
			char *id = scim_id(ctx, resource);

			if (id != NULL)
				scim_ids_add(ctx, ids, id);
		}
	}
	*why = list->why;
	return err;
}
