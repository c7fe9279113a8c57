// SPDX-License-Identifier: Apache-2.0
/**
 * Real threads: the harness, the VMs that run it for one point after the other through JCStress, and the driver that shares a
 * budget among the points.
 *
 * <p>The only package that imports JCStress.
 */
@NullMarked
package pagerace.stress;

import org.jspecify.annotations.NullMarked;
