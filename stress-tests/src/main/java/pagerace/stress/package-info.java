// SPDX-License-Identifier: Apache-2.0
/**
 * Real threads: the harnesses, one per planned point and one per race for all others, and the driver that runs them through JCStress within a budget.
 *
 * <p>The only package that imports JCStress.
 */
@EmitHarnesses
@NullMarked
package pagerace.stress;

import org.jspecify.annotations.NullMarked;
import pagerace.harness.EmitHarnesses;
