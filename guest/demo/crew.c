// SPDX-License-Identifier: GPL-2.0
/* Start the client processes, give them turns, watch them, end them. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "demo.h"

#define GRACE_MS	5000	/* for a killed client to be gone */

/*
 * The coordinator's ends of the pipes. A new client inherits them and must
 * close them.
 */
static void close_pipes(const struct crew *crew)
{
	unsigned int id;

	for (id = 0; id < crew->nr; id++) {
		close(crew->member[id].turns);
		close(crew->member[id].replies);
	}
}

static int start_client(struct crew *crew, const struct plan *plan,
			const char *node, struct tally *tally)
{
	struct member *m = &crew->member[crew->nr];
	int turns[2], replies[2];

	if (pipe(turns) < 0 || pipe(replies) < 0)
		return -1;
	m->pid = fork();
	if (m->pid < 0)
		return -1;
	if (!m->pid) {
		close_pipes(crew);
		close(turns[1]);
		close(replies[0]);
		client_main(plan, crew->nr, node, turns[0], replies[1], tally);
	}
	close(turns[0]);
	close(replies[1]);
	m->turns = turns[1];
	m->replies = replies[0];
	crew->nr++;
	return 0;
}

int crew_start(struct crew *crew, const struct plan *plan,
	       const struct options *opt, struct tally *tally)
{
	unsigned int id;

	signal(SIGPIPE, SIG_IGN);
	*crew = (struct crew){
		.deadline = now_ns() + opt->timeout * 1000000000ULL,
	};
	for (id = 0; id < plan->clients; id++) {
		if (start_client(crew, plan, opt->node, tally) < 0) {
			perror("demo: cannot start a client");
			return -1;
		}
	}
	return 0;
}

/* 1 when the client is gone, with its wait status; 0 when it stays. */
static int wait_gone(struct member *m, int *status)
{
	int ms;

	for (ms = 0; ms < GRACE_MS; ms += 10) {
		if (waitpid(m->pid, status, WNOHANG) == m->pid) {
			m->pid = 0;
			return 1;
		}
		poll(NULL, 0, 10);
	}
	return 0;
}

static enum verdict report_death(struct crew *crew, unsigned int id)
{
	int status;

	if (!wait_gone(&crew->member[id], &status))
		fprintf(stderr, "demo: client %u hangs while dying\n", id);
	else if (WIFSIGNALED(status))
		fprintf(stderr, "demo: client %u died: %s\n", id,
			strsignal(WTERMSIG(status)));
	else
		fprintf(stderr, "demo: client %u gave up with status %d\n", id,
			WEXITSTATUS(status));
	return VERDICT_BROKEN;
}

/* Takes samples until client @id is done. */
enum verdict crew_await(struct crew *crew, unsigned int id,
			struct sampler *sampler)
{
	struct pollfd pfd = {
		.fd = crew->member[id].replies, .events = POLLIN,
	};
	char done;

	while (now_ns() < crew->deadline) {
		if (poll(&pfd, 1, sampler_wait_ms(sampler)) > 0)
			return read(pfd.fd, &done, 1) == 1 ?
				VERDICT_OK : report_death(crew, id);
		if (sampler_tick(sampler) < 0)
			return VERDICT_BROKEN;
	}
	fprintf(stderr, "demo: out of time in client %u's turn\n", id);
	return VERDICT_TIMEOUT;
}

/* Gives client @id a turn, and does not wait. */
enum verdict crew_tell(struct crew *crew, unsigned int id, struct turn turn)
{
	if (write(crew->member[id].turns, &turn, sizeof(turn)) !=
	    sizeof(turn))
		return report_death(crew, id);
	return VERDICT_OK;
}

enum verdict crew_turn(struct crew *crew, unsigned int id, struct turn turn,
		       struct sampler *sampler)
{
	enum verdict verdict = crew_tell(crew, id, turn);

	return verdict == VERDICT_OK ? crew_await(crew, id, sampler) : verdict;
}

/* A client has nothing to save, and may be the reason for stopping early. */
void crew_dismiss(struct crew *crew)
{
	unsigned int id;
	int status;

	close_pipes(crew);
	for (id = 0; id < crew->nr; id++)
		if (crew->member[id].pid)
			kill(crew->member[id].pid, SIGKILL);
	for (id = 0; id < crew->nr; id++)
		if (crew->member[id].pid &&
		    !wait_gone(&crew->member[id], &status))
			fprintf(stderr, "demo: client %u cannot be killed\n",
				id);
	crew->nr = 0;
}
