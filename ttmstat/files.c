// SPDX-License-Identifier: GPL-2.0
/* Files of the kernel, below a root directory that may be another than "/". */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ttmstat.h"

static int root = -1;

int root_open(const char *dir)
{
	root = dir_open(AT_FDCWD, dir);
	return root;
}

int root_fd(void)
{
	return root;
}

int dir_open(int at, const char *path)
{
	return openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bool file_exists(const char *path)
{
	return !faccessat(root, path, F_OK, 0);
}

/* True for a mount point with nothing mounted. */
bool dir_is_empty(const char *path)
{
	int fd = dir_open(root, path);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *d;

	if (!dir)
		return false;
	do {
		d = readdir(dir);
	} while (d && d->d_name[0] == '.');
	closedir(dir);
	return !d;
}

/*
 * As much of a file as @buf holds, as a string. Returns its length, or -1 with
 * errno set.
 */
long read_file(int at, const char *path, char *buf, size_t size)
{
	int saved, fd = openat(at, path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 0;

	if (fd < 0)
		return -1;
	while (len < size - 1 && (n = read(fd, buf + len, size - 1 - len)) > 0)
		len += (size_t)n;
	saved = errno;
	close(fd);
	errno = saved;
	buf[len] = '\0';
	return n < 0 ? -1 : (long)len;
}

/* Cut the next word off a line; "" at its end. */
char *read_word(char **line)
{
	char *word = *line + strspn(*line, " \t\n");
	size_t len = strcspn(word, " \t\n");

	*line = word + len + !!word[len];
	word[len] = '\0';
	return word;
}

/* Names that are too long are cut. */
void copy_text(char *to, size_t size, const char *text)
{
	size_t len = strnlen(text, size - 1);

	memcpy(to, text, len);
	to[len] = '\0';
}
