// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

/**
 * One access or fence that was made.
 *
 * @param access what it is
 * @param read the value that it read; zero if it reads none
 */
public record Taken(Access access, long read) {}
