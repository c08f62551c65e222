/* SPDX-License-Identifier: MIT */
#include "bridge/record/stream.h"
#include "tests/test.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct stream_limits unlimited = { 0 };
static const struct value anchor = { "id\0x", 4 };

struct pipe_ends {
	int read;
	int write;
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int close_pipe(struct pipe_ends *p)
{
	close_end(&p->read);
	close_end(&p->write);
	return 0;
}

static struct pipe_ends *new_pipe(TALLOC_CTX *ctx)
{
	struct pipe_ends *p = mem_new(ctx, struct pipe_ends);
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	*p = (struct pipe_ends){ fds[0], fds[1] };
	talloc_set_destructor(p, close_pipe);
	return p;
}

/* A stream of these bytes, at its end. */
static struct stream *stream_of(TALLOC_CTX *ctx, const void *bytes, size_t len)
{
	struct pipe_ends *p = new_pipe(ctx);

	assert_int_equal(write(p->write, bytes, len), len);
	close_end(&p->write);
	return stream_new(ctx, p->read, &unlimited);
}

#define STREAM_OF(ctx, text) stream_of(ctx, text, sizeof(text) - 1)

static void test_every_kind_comes_through(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct pipe_ends *p = new_pipe(ctx);
	struct sink *sink = sink_new(ctx, p->write);
	struct stream *stream = stream_new(ctx, p->read, &unlimited);
	const struct value target = { "cn=b", 4 };
	struct err *err = err_hint(err_new(ERR_LATER, "busy"), "Wait.");
	struct item item;

	sink_link(sink, true, &anchor, "member", &target);
	for (enum item_kind kind = ITEM_GONE; kind <= ITEM_UNKNOWN; kind++)
		sink_anchor(sink, kind, &anchor);
	sink_note(sink, NOTE_FINDING, "%d things", 3);
	sink_fact(sink, "pages", "%d", 7);
	sink_error(sink, err);
	sink_end(sink, false, "too many");
	err_free(err);
	assert_ok(sink_flush(sink));
	close_end(&p->write);

	assert_ok(stream_read(stream, &item));
	assert_int_equal(item.kind, ITEM_LINK);
	assert_true(item.added);
	assert_int_equal(value_compare(&item.anchor, &anchor), 0);
	assert_true(value_is(&item.attribute, "member"));
	assert_true(value_is(&item.target, "cn=b"));
	for (enum item_kind kind = ITEM_GONE; kind <= ITEM_UNKNOWN; kind++) {
		assert_ok(stream_read(stream, &item));
		assert_int_equal(item.kind, kind);
		assert_int_equal(value_compare(&item.anchor, &anchor), 0);
	}
	assert_ok(stream_read(stream, &item));
	assert_int_equal(item.kind, ITEM_NOTE);
	assert_int_equal(item.note, NOTE_FINDING);
	assert_true(value_is(&item.text, "3 things"));
	assert_ok(stream_read(stream, &item));
	assert_int_equal(item.kind, ITEM_FACT);
	assert_true(value_is(&item.text, "pages=7"));
	assert_ok(stream_read(stream, &item));
	assert_int_equal(item.kind, ITEM_ERROR);
	assert_int_equal(item.class, ERR_LATER);
	assert_true(value_is(&item.text, "busy"));
	assert_true(value_is(&item.hint, "Wait."));
	assert_ok(stream_read(stream, &item));
	assert_int_equal(item.kind, ITEM_END);
	assert_false(item.complete);
	assert_true(value_is(&item.text, "too many"));
	assert_err(stream_read(stream, &item), ERR_RETRY, "before the end");
}

static void test_entries_piece_by_piece(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct pipe_ends *p = new_pipe(ctx);
	struct sink *sink = sink_new(ctx, p->write);
	struct stream *stream = stream_new(ctx, p->read, &unlimited);
	struct attribute attribute;
	struct entry *entry, *again;
	struct value value;
	struct item item;

	sink_entry_begin(sink, ITEM_CHANGED, "id", 2, "cn=a", 4);
	sink_attribute(sink, "Member", 6);
	sink_value(sink, "x", 1);
	sink_value(sink, "", 0);
	sink_attribute(sink, "cn", 2);
	sink_attribute(sink, "member", 6);
	sink_value(sink, "y", 1);
	sink_entry_end(sink);
	assert_ok(sink_flush(sink));
	assert_ok(stream_read(stream, &item));
	assert_int_equal(item.kind, ITEM_CHANGED);
	assert_ok(entry_decode(ctx, item.entry.bytes, item.entry.len, &entry));
	assert_true(entry_attribute(entry, "cn", &attribute));
	assert_int_equal(attribute.count, 0);
	assert_true(entry_attribute(entry, "member", &attribute));
	assert_int_equal(attribute.count, 3);
	assert_true(attribute_next(&attribute, &value) && value_is(&value, "x"));
	assert_true(attribute_next(&attribute, &value) && value_is(&value, ""));
	assert_true(attribute_next(&attribute, &value) && value_is(&value, "y"));

	sink_entry(sink, entry);
	assert_ok(sink_flush(sink));
	assert_ok(stream_read(stream, &item));
	assert_int_equal(item.kind, ITEM_ENTRY);
	assert_ok(entry_decode(ctx, item.entry.bytes, item.entry.len, &again));
	assert_memory_equal(again->bytes, entry->bytes, entry->size);
}

#define MANY    3000
#define BIG_LEN (3u << 20)

static size_t length_of(int i)
{
	return i == MANY / 2 ? BIG_LEN : (size_t)i;
}

static NORETURN void write_many(TALLOC_CTX *ctx, int fd)
{
	struct sink *sink = sink_new(ctx, fd);
	char *big = mem_array(ctx, char, BIG_LEN);

	for (int i = 0; i < MANY; i++) {
		sink_entry_begin(sink, ITEM_ENTRY, &i, sizeof(i), "cn=a", 4);
		sink_attribute(sink, "jpegphoto", 9);
		sink_value(sink, big, length_of(i));
		sink_entry_end(sink);
	}
	sink_end(sink, true, NULL);
	err_ignore(sink_flush(sink));
	_exit(0);
}

/* More than pipe and block hold, and one entry larger than the reader's buffer. */
static void test_many_and_large(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct pipe_ends *p = new_pipe(ctx);
	struct stream *stream = stream_new(ctx, p->read, &unlimited);
	struct entry *entry;
	struct item item;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		write_many(ctx, p->write);
	close_end(&p->write);
	for (int i = 0; i < MANY; i++) {
		assert_ok(stream_read(stream, &item));
		assert_int_equal(item.kind, ITEM_ENTRY);
		assert_ok(entry_decode(ctx, item.entry.bytes, item.entry.len, &entry));
		assert_memory_equal(entry_anchor(entry).bytes, &i, sizeof(i));
		assert_int_equal(entry_first(entry, "jpegphoto").len, length_of(i));
		mem_free(entry);
	}
	assert_ok(stream_read(stream, &item));
	assert_int_equal(item.kind, ITEM_END);
	assert_true(item.complete);
	assert_true(stream_bytes(stream) > BIG_LEN);
	assert_true(talloc_total_size(stream) < 2 * BIG_LEN);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void test_entry_past_a_limit_is_seen(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct pipe_ends *p = new_pipe(ctx);
	struct sink *sink = sink_new(ctx, p->write);
	struct stream *stream = stream_new(ctx, p->read, &unlimited);
	const struct value none = { NULL, 0 };
	struct item item;

	sink_entry_begin(sink, ITEM_ENTRY, "id", 2, "cn=a", 4);
	sink_attribute(sink, "", 0);
	sink_entry_end(sink);
	sink_end(sink, true, NULL);
	assert_ok(sink_flush(sink));
	assert_ok(stream_read(stream, &item));
	assert_int_equal(item.kind, ITEM_NOTE);
	assert_int_equal(item.note, NOTE_RECORD);
	assert_ok(stream_read(stream, &item));
	assert_int_equal(item.kind, ITEM_SEEN);
	assert_true(value_is(&item.anchor, "id"));
	assert_ok(stream_read(stream, &item));
	assert_true(item.complete);

	sink_anchor(sink, ITEM_SEEN, &none);
	sink_end(sink, true, NULL);
	assert_ok(sink_flush(sink));
	assert_ok(stream_read(stream, &item));
	assert_int_equal(item.kind, ITEM_END);
	assert_false(item.complete);
}

#define PART (1u << 20)

static NORETURN void write_large(TALLOC_CTX *ctx, int fd)
{
	struct sink *sink = sink_new(ctx, fd);
	char *part = mem_array(ctx, char, PART);

	for (uint32_t size = ENTRY_SIZE_MAX / 2; size <= 4 * ENTRY_SIZE_MAX; size *= 2) {
		sink_entry_begin(sink, ITEM_ENTRY, "id", 2, "cn=a", 4);
		sink_attribute(sink, "member", 6);
		for (uint32_t i = 0; i < size / PART; i++)
			sink_value(sink, part, PART);
		sink_entry_end(sink);
	}
	sink_end(sink, true, NULL);
	err_ignore(sink_flush(sink));
	_exit(0);
}

/* What is too large is named and stays; what comes before it and after it arrives. */
static void test_entry_past_the_size_limit_is_seen(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct pipe_ends *p = new_pipe(ctx);
	struct stream *stream = stream_new(ctx, p->read, &unlimited);
	pid_t child = fork();
	struct item item;

	assert_true(child >= 0);
	if (child == 0)
		write_large(ctx, p->write);
	close_end(&p->write);
	assert_ok(stream_read(stream, &item));
	assert_int_equal(item.kind, ITEM_ENTRY);
	assert_true(item.entry.len > ENTRY_SIZE_MAX / 2);
	for (int i = 0; i < 3; i++) {
		assert_ok(stream_read(stream, &item));
		assert_int_equal(item.kind, ITEM_NOTE);
		assert_non_null(strstr(mem_strndup(ctx, item.text.bytes, item.text.len),
				       "larger than 64 MiB"));
		assert_ok(stream_read(stream, &item));
		assert_int_equal(item.kind, ITEM_SEEN);
	}
	assert_ok(stream_read(stream, &item));
	assert_true(item.complete);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void test_sink_turns_bad(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct pipe_ends *p = new_pipe(ctx);
	struct sink *sink = sink_new(ctx, p->write);

	signal(SIGPIPE, SIG_IGN);
	close_end(&p->read);
	for (int i = 0; i < 100000; i++)
		sink_anchor(sink, ITEM_SEEN, &anchor);
	assert_err(sink_flush(sink), ERR_BUG, "Broken pipe");
}

static void test_what_is_no_stream(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct stream *stream;
	struct item item;

	stream = STREAM_OF(ctx, "");
	assert_err(stream_read(stream, &item), ERR_RETRY, "before the end");
	stream = STREAM_OF(ctx, "dbite");
	assert_err(stream_read(stream, &item), ERR_RETRY, "before the end");
	stream = STREAM_OF(ctx, "Segmentation fault\n");
	assert_err(stream_read(stream, &item), ERR_BUG, "no item stream");
	assert_err(stream_read(stream, &item), ERR_BUG, "after an error");
}

static void test_what_is_no_item(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *error;
	} bad[] = {
#define BAD(bytes, error) { STREAM_MAGIC bytes, sizeof(STREAM_MAGIC bytes) - 1, error }
		BAD("\0\0\0\0", "item of 0 bytes"),
		BAD("\x11\0\0\4", "item of 67108881 bytes"),
		BAD("\0\0\x80\x0C", "item of 209715200 bytes"),
		BAD("\xFF\xFF\xFF\xFF", "item of 4294967295 bytes"),
		BAD("\1\0\0\0\0", "unknown kind 0"),
		BAD("\1\0\0\0\x0C", "unknown kind 12"),
		BAD("\1\0\0\0\xFF", "unknown kind 255"),
		BAD("\3\0\0\0\4\0\0", "malformed item \"gone\""),
		BAD("\4\0\0\0\4\2\0x", "malformed item \"gone\""),
		BAD("\5\0\0\0\4\1\0xy", "malformed item \"gone\""),
		BAD("\1\0\0\0\3", "malformed item \"link\""),
		BAD("\x0D\0\0\0\3\2\1\0x\1\0m\1\0\0\0d", "malformed item \"link\""),
		BAD("\x0C\0\0\0\3\1\1\0x\0\0\1\0\0\0d", "malformed item \"link\""),
		BAD("\2\0\0\0\x8\0", "malformed item \"note\""),
		BAD("\2\0\0\0\x8\5", "malformed item \"note\""),
		BAD("\2\0\0\0\x9x", "malformed item \"fact\""),
		BAD("\2\0\0\0\xA\2", "malformed item \"end\""),
		BAD("\1\0\0\0\xA", "malformed item \"end\""),
		BAD("\4\0\0\0\xB\x9\0\0", "malformed item \"error\""),
		BAD("\4\0\0\0\xB\1\1\0", "malformed item \"error\""),
	};
	struct item item;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_err(
			stream_read(stream_of(*state, bad[i].bytes, bad[i].len), &item),
			ERR_BUG, bad[i].error);
}

/* Longer than any text may be: nobody has to keep it. */
static void test_a_long_text_is_malformed(void **state)
{
	static const char heads[][5] = { "\x8\1", "\x9x=", "\xA\1", "\xB\1\0\0" };
	static const size_t lens[] = { 2, 1, 2, 4 };
	TALLOC_CTX *ctx = *state;
	struct item item;

	for (size_t i = 0; i < ARRAY_LEN(lens); i++)
		for (uint32_t over = 0; over <= 1; over++) {
			size_t size = 12 + lens[i] + STREAM_TEXT_MAX + over;
			char *bytes = mem_array(ctx, char, size);
			uint32_t len = (uint32_t)size - 12;
			struct pipe_ends *p = new_pipe(ctx);

			memcpy(bytes, STREAM_MAGIC, 8);
			memcpy(bytes + 8, &len, 4);
			memcpy(bytes + 12, heads[i], strlen(heads[i]));
			fcntl(p->write, F_SETPIPE_SZ, 1 << 18);
			assert_int_equal(write(p->write, bytes, size), size);
			if (over == 0)
				assert_ok(stream_read(
					stream_new(ctx, p->read, &unlimited), &item));
			else
				assert_err(
					stream_read(stream_new(ctx, p->read, &unlimited),
						    &item),
					ERR_BUG, "malformed item");
		}
}

static void test_stops_inside_an_item(void **state)
{
	struct stream *stream;
	struct item item;

	stream = STREAM_OF(*state, STREAM_MAGIC "\4\0\0\0\4\1\0xdb");
	assert_ok(stream_read(stream, &item));
	assert_int_equal(item.kind, ITEM_GONE);
	assert_err(stream_read(stream, &item), ERR_RETRY, "before the end");
}

/* 64 MiB are announced and four bytes come. */
static void test_hostile_length_allocates_nothing(void **state)
{
	struct stream *stream = STREAM_OF(*state, STREAM_MAGIC "\0\0\0\4\1abc");
	size_t before = talloc_total_size(stream);
	struct item item;

	assert_err(stream_read(stream, &item), ERR_RETRY, "before the end");
	assert_int_equal(talloc_total_size(stream), before);
}

static void test_limits_of_time(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct pipe_ends *p = new_pipe(ctx);
	const struct stream_limits idle = { .idle = 1 }, total = { .total = 1 };
	int64_t begun = clock_ticks();
	struct item item;

	assert_err(stream_read(stream_new(ctx, p->read, &idle), &item), ERR_LATER,
		   "sent nothing for 1 s");
	assert_err(stream_read(stream_new(ctx, p->read, &total), &item), ERR_LATER,
		   "within 1 s");
	assert_in_range(clock_ticks() - begun, 2000000, 20000000);
}

static void test_limit_of_bytes(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct pipe_ends *p = new_pipe(ctx);
	const struct stream_limits limits = { .bytes = 19 };
	struct stream *stream = stream_new(ctx, p->read, &limits);
	struct sink *sink = sink_new(ctx, p->write);
	struct item item;

	sink_anchor(sink, ITEM_SEEN, &anchor);
	assert_ok(sink_flush(sink));
	assert_ok(stream_read(stream, &item));
	assert_int_equal(stream_bytes(stream), 19);
	sink_end(sink, true, NULL);
	assert_ok(sink_flush(sink));
	assert_err(stream_read(stream, &item), ERR_INCOMPLETE, "more than 19 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_kind_comes_through),
		TEST(test_entries_piece_by_piece),
		TEST(test_many_and_large),
		TEST(test_entry_past_a_limit_is_seen),
		TEST(test_entry_past_the_size_limit_is_seen),
		TEST(test_sink_turns_bad),
		TEST(test_what_is_no_stream),
		TEST(test_what_is_no_item),
		TEST(test_a_long_text_is_malformed),
		TEST(test_stops_inside_an_item),
		TEST(test_hostile_length_allocates_nothing),
		TEST(test_limits_of_time),
		TEST(test_limit_of_bytes),
	};
	return test_main(tests);
}
