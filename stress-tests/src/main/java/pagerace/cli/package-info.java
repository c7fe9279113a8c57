// SPDX-License-Identifier: Apache-2.0
/** The command line: one class for each command of {@code pagerace}, and what they share. */
@NullMarked
package pagerace.cli;

import org.jspecify.annotations.NullMarked;
