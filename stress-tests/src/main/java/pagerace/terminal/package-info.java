// SPDX-License-Identifier: Apache-2.0
/** What output has to know of where it goes: how wide a line may be, and whether colours show. */
@NullMarked
package pagerace.terminal;

import org.jspecify.annotations.NullMarked;
