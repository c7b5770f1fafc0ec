/*
 * A program from its arguments to its exit code, with a service that says what
 * a scene has it say. Each request, each line and each message that it prints
 * and each file that it leaves must be those of the scene.
 *
 *   …_scenes_test            plays them all
 *   …_scenes_test NAME…      plays these
 *   …_scenes_test --update   and writes down what was seen, to be read in a
 *                            diff before it is believed
 *   …_scenes_test --record FILE
 *                            the scene on standard input is played with the
 *                            services of the settings, whose answers go into
 *                            FILE: tests/scenes/record.sh
 *
 * A scene is text. A line that begins with "| " belongs to the last one that
 * doesn't:
 *   # …                  what it shows
 *   with NAME=VALUE      a setting
 *   args ARGUMENT…       of the program, which runs in an empty folder
 *   terminal             is what it writes to
 *   no-room TEXT         is left on the disk for a line with this text
 *   clock TIME           at its start; it stands still but for pauses
 *   file NAME            is there, with these lines
 *   ask METHOD PATH      a request, with its body and "head: " its headers
 *   answer STATUS …      to it: see put_answer(); with its body, or with the
 *                        reason why there is none
 *   exit CODE            the end; out, err: what it printed
 *   left NAME            a file that is there then
 */
#ifndef TESTS_UNIT_SCENES_H
#define TESTS_UNIT_SCENES_H

/* Which scenes: said by the test that is linked with this and the program. */
extern const struct scenes {
	const char *name, *program, *folder;
	const char *const *left; /* the files that it may leave; then NULL */
} scenes_of;

#endif
