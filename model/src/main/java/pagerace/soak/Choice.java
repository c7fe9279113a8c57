// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

/**
 * What a thread does next.
 *
 * @param action the operation
 * @param page the page, within the action's area
 * @param bits for whatever else the action has to choose
 */
record Choice(Action action, int page, int bits) {}
