// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.harness;

/** Something to import. */
public record Anything() {}
