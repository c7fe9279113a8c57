// SPDX-License-Identifier: Apache-2.0
/** What the fixes cost: the operations of the model on the hardware machine, priced with JMH. */
@NullMarked
package pagerace.bench;

import org.jspecify.annotations.NullMarked;
