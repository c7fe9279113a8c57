// SPDX-License-Identifier: Apache-2.0
/**
 * The least that an operation can cost: its accesses, and nothing else, as straight lines of Java. All classes but {@link
 * pagerace.bench.floor.Floor} are generated from what the operations do when they run alone.
 */
@NullMarked
@EmitFloors
package pagerace.bench.floor;

import org.jspecify.annotations.NullMarked;
import pagerace.price.EmitFloors;
