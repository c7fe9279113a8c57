// SPDX-License-Identifier: Apache-2.0
/** The report as one page of HTML that needs nothing but itself: matrix, races, charts, and schedules as pictures. */
@NullMarked
package pagerace.report.html;

import org.jspecify.annotations.NullMarked;
