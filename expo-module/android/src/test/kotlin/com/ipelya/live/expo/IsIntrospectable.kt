@file:JvmName("IsIntrospectableKt")

package io.github.lukmccall.pika

/** What Expo's compiler plugin writes into an app; without it, Expo reads types by reflection. */
fun <T> isIntrospectable(): Boolean = false

fun throwNonReifiedIsIntrospectableError(): Boolean = false
