// SPDX-License-Identifier: Apache-2.0
/** The formats of results: terminal table, JSON, JUnit XML, Markdown, SARIF, TAP, and the journal that survives an interruption. */
@NullMarked
package pagerace.report;

import org.jspecify.annotations.NullMarked;
