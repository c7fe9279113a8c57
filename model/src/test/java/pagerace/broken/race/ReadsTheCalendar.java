// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.race;

import java.time.Instant;

record ReadsTheCalendar(Instant when) {}
