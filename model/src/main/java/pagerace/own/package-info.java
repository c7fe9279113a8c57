// SPDX-License-Identifier: Apache-2.0
/**
 * The user's own fix: {@link pagerace.own.OwnFix} is what a user writes, {@link pagerace.own.OwnFixes} finds it on the class
 * path, and {@link pagerace.own.BadFix} says what is wrong with it.
 */
@NullMarked
package pagerace.own;

import org.jspecify.annotations.NullMarked;
