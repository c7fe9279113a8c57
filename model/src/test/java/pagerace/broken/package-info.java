// SPDX-License-Identifier: Apache-2.0
/** Classes that break the house rules, one each, so that {@code ArchitectureTest} can show that every rule bites. */
package pagerace.broken;
