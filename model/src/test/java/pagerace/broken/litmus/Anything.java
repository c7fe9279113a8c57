// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.litmus;

/** Something to import. */
public record Anything() {}
