// SPDX-License-Identifier: Apache-2.0
/** The command line. */
@NullMarked
package pagerace.cli;

import org.jspecify.annotations.NullMarked;
