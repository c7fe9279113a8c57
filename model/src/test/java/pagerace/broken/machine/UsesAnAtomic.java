// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.machine;

import java.util.concurrent.atomic.AtomicLong;

record UsesAnAtomic(AtomicLong cell) {}
