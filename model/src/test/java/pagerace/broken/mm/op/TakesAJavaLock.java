// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm.op;

import java.util.concurrent.locks.ReentrantLock;

record TakesAJavaLock(ReentrantLock lock) {}
