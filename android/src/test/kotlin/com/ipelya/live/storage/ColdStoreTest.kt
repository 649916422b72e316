package com.ipelya.live.storage

import com.ipelya.live.testing.PhoneTest
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import java.io.File

class ColdStoreTest : PhoneTest() {
    private val store get() = ColdStore.of(app)
    private val file get() = File(app.noBackupFilesDir, "ipelya.json")

    @Test
    fun `what a cold start needs is there in the next process, and in no backup`() {
        store.core = """{"user":"deniz"}"""
        assertEquals("""{"user":"deniz"}""", store.core)
        assertTrue(file.exists())
        assertFalse(File(app.filesDir, "ipelya.json").exists())
    }

    @Test
    fun `complaint 20, after a logout nothing of the user is left, and the phone's token is`() {
        store.core = "secret"
        store.setToken("token")
        store.forgetUser()
        assertNull(store.core)
        assertEquals("token", store.token?.first)
        assertFalse("secret" in file.readText())
    }

    @Test
    fun `a broken file is an empty one`() {
        file.writeText("{\"core\":")
        assertNull(store.core)
        store.core = "again"
        assertEquals("again", store.core)
    }
}
