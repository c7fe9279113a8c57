// SPDX-License-Identifier: Apache-2.0
/** The forms in which results leave: terminal table, JSON, JUnit XML, and the journal that survives an interruption. */
@NullMarked
package pagerace.report;

import org.jspecify.annotations.NullMarked;
