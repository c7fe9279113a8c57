// SPDX-License-Identifier: Apache-2.0
package pagerace.soak;

/** Why a choice was passed over. The sequence of choices goes on all the same. */
enum Skipped {
    /** The thread holds as many references as it may. */
    HOLDS_ENOUGH,
    /** The thread has too few spare folios left in this round. */
    FEW_SPARES
}
